-- Transfers to a user's balance: bills, which the payee confirms, and the older batches of one.

local BILLS = "/v3/fund-app/mch-transfer/transfer-bills"
local BATCHES = "/v3/transfer/batches"
local NAME_NEEDED_FROM = 200000   -- fen

local function by_bills(account)
  local api = account.settings.transfer_api
  if api ~= "bills" and api ~= "batches" then
    mistake("transfer_api is '" .. (api or "") .. "', wanted bills or batches")
  end
  return api == "bills"
end

-- What the payee reads: the channel wants something.
local function remark_of(instruction)
  if instruction.description == "" then return instruction.number end
  return instruction.description
end

-- The name goes encrypted, under the key that the header names.
local function name_of(instruction, account, context)
  local name = instruction.payee.name
  if not name then
    if instruction.amount:minor() >= NAME_NEEDED_FROM then
      mistake("a transfer of 2000 yuan or more needs the payee's name")
    end
    return nil
  end
  local key = crypto.key_of_serial(key_serial(account, context) or "")
  if not key then
    mistake("platform_serial names no key to encrypt the payee's name with, nor is one downloaded")
  end
  return crypto.encrypt_rsa_oaep(key, name)
end

-- What the scene wants told, a JSON record of names and texts.
local function report_of(account)
  local told = json.decode(account.settings.transfer_report or "")
  if not told then mistake("transfer_report is no JSON record of names and texts") end
  local infos = {}
  for name, content in pairs(told) do
    list.insert(infos, { info_type = name, info_content = content })
  end
  return infos
end

local function bill_of(instruction, account, name)
  return {
    appid = account.settings.appid, out_bill_no = instruction.number,
    transfer_scene_id = account.settings.transfer_scene_id, openid = instruction.payee.openid,
    user_name = name, transfer_amount = instruction.amount:minor(),
    transfer_remark = remark_of(instruction), notify_url = account.callback_url,
    transfer_scene_report_infos = report_of(account),
  }
end

local function batch_of(instruction, account, name)
  local amount, remark = instruction.amount:minor(), remark_of(instruction)
  return {
    appid = account.settings.appid, out_batch_no = instruction.number, batch_name = remark,
    batch_remark = remark, total_amount = amount, total_num = 1,
    transfer_scene_id = account.settings.transfer_scene_id, notify_url = account.callback_url,
    transfer_detail_list = { {
      out_detail_no = instruction.number, transfer_amount = amount, transfer_remark = remark,
      openid = instruction.payee.openid, user_name = name,
    } },
  }
end

local function transfer(instruction, account, context)
  local is_bill = by_bills(account)
  local name = name_of(instruction, account, context)
  local order_of_kind = is_bill and bill_of or batch_of
  return signed(account, context, {
    method = "POST", path = is_bill and BILLS or BATCHES, has_secrets = name ~= nil,
    body = json.encode(order_of_kind(instruction, account, name)),
  })
end

local function query_transfer(instruction, account, context)
  local path = BILLS .. "/out-bill-no/" .. instruction.number
  if not by_bills(account) then
    path = BATCHES .. "/out-batch-no/" .. instruction.number
      .. "?need_query_detail=true&offset=0&limit=20&detail_status=ALL"
  end
  return signed(account, context, { method = "GET", path = path })
end

-- Answer ----------------------------------------------------------------------------------------

-- The payee confirms in the channel's app with what only the first answer has.
local function confirmation_of(bill, account)
  if bill.state ~= "WAIT_USER_CONFIRM" or not bill.package_info then return nil end
  return {
    type = "payee_confirms",
    parameters = {
      mchId = account.settings.mchid, appId = account.settings.appid, package = bill.package_info,
    },
  }
end

local function decode_bill(source)
  return json.decode(
    source, "mch_id", "mchid", "transfer_bill_no", "transfer_amount", "fail_reason",
    "package_info", "appid")
end

-- The merchant that the bill names; a foreign application makes it another merchant.
local function merchant_of_bill(bill, account)
  local merchant = bill.mch_id or bill.mchid
  if not bill.appid or bill.appid == account.settings.appid then return merchant end
  return (merchant or account.merchant) .. " with appid " .. bill.appid
end

-- `asked` is nil in a callback. An answer need not name the amount: then it is what was asked for.
local function read_bill(bill, account, asked)
  local outcome = {
    kind = BILL_KINDS[bill.state] or "unknown", code = bill.state, number = bill.out_bill_no,
    merchant = merchant_of_bill(bill, account), channel_reference = bill.transfer_bill_no,
    amount = asked, next_action = confirmation_of(bill, account),
  }
  if bill.transfer_amount then outcome.amount = money(bill.transfer_amount, "CNY") end
  if bill.state == "FAIL" and bill.fail_reason then outcome.code = bill.fail_reason end
  if not outcome.amount and outcome.kind == "succeeded" then outcome.kind = "unknown" end
  return outcome
end

-- A batch of one. That it is finished does not mean that its transfer succeeded; one that is closed
-- paid nothing, or the channel contradicts itself.
local function kind_of_batch(status, succeeded, failed)
  if status == "CLOSED" and succeeded > 0 then return "unknown" end
  if status ~= "FINISHED" then return BATCH_KINDS[status] or "unknown" end
  if succeeded == 1 and failed == 0 then return "succeeded" end
  if succeeded == 0 and failed == 1 then return "refused" end
  return "unknown"
end

local function read_batch(batch, succeeded, failed)
  return {
    kind = kind_of_batch(batch.batch_status, succeeded, failed),
    code = batch.close_reason or batch.batch_status, number = batch.out_batch_no,
    merchant = batch.mchid, channel_reference = batch.batch_id,
    amount = money(batch.total_amount, "CNY"),
  }
end

-- How many of the batch's details ended so; one that is not ours counts as neither.
local function count_details(answer, instruction, status)
  local count = 0
  for _, detail in ipairs(answer.transfer_detail_list or {}) do
    local is_ours = detail.out_detail_no == instruction.number
    if is_ours and detail.detail_status == status then count = count + 1 end
  end
  return count
end

local function begun_batch(answer)
  local batch = json.decode(answer.body, "batch_id", "out_batch_no")
  if not (batch and batch.out_batch_no) then return unknown("NO_BATCH") end
  return {
    kind = "pending", code = "ACCEPTED", number = batch.out_batch_no,
    channel_reference = batch.batch_id,
  }
end

local function transferred(instruction, account, answer, context)
  if answer.status ~= 200 then
    return refusal(answer, { { codes = NO_FUNDS, kind = "not_sent" } })
  end
  local why = doubt(answer.headers, answer.body, context)
  if why then return unknown(why) end
  if not by_bills(account) then return begun_batch(answer) end
  local bill = decode_bill(answer.body)
  if not bill then return unknown("NO_BILL") end
  local told = read_bill(bill, account, instruction.amount)
  -- Only a question may tell that it was closed.
  if told.kind == "closed" then told.kind = "unknown" end
  return told
end

local function queried_transfer(instruction, account, answer, context)
  if answer.status ~= 200 then
    return refusal_of_question(
      answer, context, { { codes = NO_SUCH_TRANSFER, kind = "not_found" } })
  end
  local why = doubt(answer.headers, answer.body, context)
  if why then return unknown(why) end
  if by_bills(account) then
    local bill = decode_bill(answer.body)
    return bill and read_bill(bill, account, instruction.amount) or unknown("NO_BILL")
  end
  local told = json.decode(
    answer.body, "transfer_batch", "transfer_batch.close_reason", "transfer_batch.mchid",
    "transfer_detail_list")
  if not (told and told.transfer_batch) then return unknown("NO_BATCH") end
  return read_batch(
    told.transfer_batch, count_details(told, instruction, "SUCCESS"),
    count_details(told, instruction, "FAIL"))
end

-- Callback --------------------------------------------------------------------------------------

local function payout_told(number, outcome)
  return { operation = "payout", number = number, outcome = outcome, ack = { status = 204 } }
end

local function bill_told(plain, account)
  local bill = decode_bill(plain)
  if not bill then return nil end
  return payout_told(bill.out_bill_no, read_bill(bill, account))
end

local function batch_told(plain)
  local batch = json.decode(plain, "mchid", "close_reason", "success_num", "fail_num")
  if not batch then return nil end
  return payout_told(
    batch.out_batch_no, read_batch(batch, batch.success_num or 0, batch.fail_num or 0))
end

return {
  transfer = transfer, transferred = transferred, query_transfer = query_transfer,
  queried_transfer = queried_transfer, bill_told = bill_told, batch_told = batch_told,
}
