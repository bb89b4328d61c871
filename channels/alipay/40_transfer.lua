-- Transfers to an account there or to a bank card.

local function is_card(instruction) return instruction.scene == "bank_account" end

local function product_of(instruction)
  return is_card(instruction) and "TRANS_BANKCARD_NO_PWD" or "TRANS_ACCOUNT_NO_PWD"
end

-- Who gets it: a card, a user number (2088 and 12 digits more), or the name of a log-in.
local function payee_of(instruction)
  local payee = instruction.payee
  local info = { identity = payee.account_number, name = payee.name }
  if is_card(instruction) then
    info.identity_type = "BANKCARD_ACCOUNT"
    info.bankcard_ext_info = {
      account_type = payee.account_type or "2", inst_name = payee.bank_name,
      bank_code = payee.bank_code,
    }
  elseif text.match(payee.account_number, "^2088%d+$") and text.len(payee.account_number) == 16 then
    info.identity_type = "ALIPAY_USER_ID"
  else
    info.identity_type = "ALIPAY_LOGON_ID"
  end
  if info.identity_type ~= "ALIPAY_USER_ID" and not payee.name then
    mistake("the payee needs a name: only a user number goes without")
  end
  return info
end

-- What the scene wants told, a JSON record of names and texts.
local function report_of(account)
  local infos = {}
  for name, content in pairs(json.decode(account.settings.transfer_report) or {}) do
    if type(content) ~= "string" or content == "" then
      mistake("transfer_report says no text of '" .. name .. "'")
    end
    list.insert(infos, { info_type = name, info_content = content })
  end
  if #infos == 0 then mistake("transfer_report is no JSON record of names and texts") end
  return infos
end

-- Older contracts know no scenes and are sent none; where there is one, its report belongs to it.
local function add_scene(content, account)
  local scene, report = account.settings.transfer_scene, account.settings.transfer_report
  if not scene and not report then return end
  if not (scene and report) then
    mistake("transfer_scene and transfer_report go together: one of them is missing")
  end
  content.transfer_scene_name = scene
  content.transfer_scene_report_infos = report_of(account)
end

local function transfer(instruction, account, context)
  if not crypto.has_secret("app_certificate") then
    mistake("transfers need certificate mode: app_certificate and root_certificates are missing")
  end
  local content = {
    out_biz_no = instruction.number, trans_amount = instruction.amount:decimal(),
    product_code = product_of(instruction), biz_scene = "DIRECT_TRANSFER",
    payee_info = payee_of(instruction),
  }
  if instruction.description ~= "" then content.order_title = instruction.description end
  add_scene(content, account)
  return call(account, context, "alipay.fund.trans.uni.transfer", content)
end

local function query_transfer(instruction, account, context)
  return call(account, context, "alipay.fund.trans.common.query", {
    out_biz_no = instruction.number, product_code = product_of(instruction),
    biz_scene = "DIRECT_TRANSFER",
  })
end

-- An answer need not name the amount: then it is what was asked for under this number.
local function read_transfer(record, instruction)
  local amount = instruction.amount
  if record.trans_amount then amount = yuan(record.trans_amount) end
  local outcome = {
    kind = TRANSFER_KINDS[record.status] or "unknown", code = record.status,
    number = record.out_biz_no, amount = amount, channel_reference = record.order_id,
    message = record.fail_reason,
  }
  local has_moved = outcome.kind == "succeeded" or outcome.kind == "returned"
  local is_named = amount and outcome.number
  if has_moved and not is_named then outcome.kind = "unknown" end
  if outcome.kind == "succeeded" then
    outcome.happened_at = moment(record.pay_date or record.trans_date)
  end
  if outcome.kind == "refused" and record.error_code then outcome.code = record.error_code end
  return outcome
end

local function transfer_of(answer, method)
  return record_of(
    answer, method, "status", "out_biz_no", "order_id", "trans_amount", "trans_date", "pay_date",
    "fail_reason", "error_code")
end

-- A scene of transfers that is not ours to choose is refused like any other bad input.
local function transferred(instruction, account, answer, context)
  local record, outcome = transfer_of(answer, "alipay.fund.trans.uni.transfer")
  if not record then return outcome end
  if record.code ~= SUCCESS then
    local refused = refusal(record, PAYOUT_WORDS)
    local is_scene = text.starts_with(refused.code, "TRANSFER_SCENE_")
    if record.code == BUSINESS_FAILED and is_scene then refused.kind = "refused" end
    return refused
  end
  if not record.status then return unknown("NO_STATUS") end
  local told = read_transfer(record, instruction)
  -- Only a question may tell of the bank's return, or that it was closed.
  if told.kind == "returned" or told.kind == "closed" then told.kind = "unknown" end
  return told
end

-- An order that the channel had taken does not vanish.
local function queried_transfer(instruction, account, answer, context)
  local record, outcome = transfer_of(answer, "alipay.fund.trans.common.query")
  if not record then return outcome end
  if record.code ~= SUCCESS then
    local refused = refusal(record, PAYOUT_QUERY_WORDS)
    if refused.kind == "not_found" and instruction.channel_reference ~= "" then
      refused.kind = "unknown"
    end
    return refused
  end
  if not record.status then return unknown("NO_STATUS") end
  return read_transfer(record, instruction)
end

return {
  transfer = transfer, transferred = transferred, query_transfer = query_transfer,
  queried_transfer = queried_transfer,
}
