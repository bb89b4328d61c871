-- Payers' codes over API v2: XML both ways, each message signed with the APIv2 key, and HTTP 200
-- whatever is said. An answer that is not signed says nothing, a word in no table is unknown.

local DEFAULT_SIGN_TYPE = "HMAC-SHA256"
local MAY_BE_ABSENT = {
  "return_code", "return_msg", "result_code", "err_code", "err_code_des", "sign", "appid", "mch_id",
  "out_trade_no", "total_fee", "fee_type", "transaction_id", "time_end", "openid", "trade_state",
  "trade_state_desc", "recall",
}

-- Request ---------------------------------------------------------------------------------------

-- What is covered by the sign, up to the key, which the host appends.
local function text_before_key(message)
  local parts = {}
  for name, value in pairs(message) do
    if name ~= "sign" and value ~= "" then list.insert(parts, name .. "=" .. value) end
  end
  return list.concat(parts, "&") .. "&key="
end

local function sign_type_of(account)
  return account.settings.v2_sign_type or DEFAULT_SIGN_TYPE
end

local function signed_v2(account, context, path, message)
  message.appid, message.mch_id = account.settings.appid, account.settings.mchid
  message.nonce_str, message.sign_type = context.nonce, sign_type_of(account)
  message.sign = text.upper(
    crypto.sign_with_key("api_v2_key", text_before_key(message), message.sign_type))
  return {
    method = "POST", path = path, body = xml.encode(message),
    headers = { ["Content-Type"] = "text/xml; charset=utf-8" },
  }
end

-- What could not be reversed is not charged.
local function charge_code_v2(instruction, account, context)
  if not crypto.has_secret("client_certificate") then
    mistake("the account has no client_certificate, which reversing over v2 needs")
  end
  local order, payer = order_of(instruction, account), instruction.payer
  return signed_v2(account, context, "/pay/micropay", {
    body = (text.gsub(order.description, "%c", " ")),
    out_trade_no = order.out_trade_no,
    total_fee = tostring(order.amount.total),
    fee_type = order.amount.currency,
    spbill_create_ip = payer.till_ip or DEFAULT_TILL_IP,
    auth_code = payer.auth_code,
  })
end

local function query_code_v2(instruction, account, context)
  return signed_v2(account, context, "/pay/orderquery", { out_trade_no = instruction.number })
end

local function reverse_v2(instruction, account, context)
  return signed_v2(account, context, "/secapi/pay/reverse", { out_trade_no = instruction.number })
end

-- Answer ----------------------------------------------------------------------------------------

-- What the channel said, or nil and the outcome of what says nothing. Only the transport's failure
-- (`return_code`) comes without a sign, and nobody knows what it left behind.
local function believed(account, answer)
  if answer.status ~= 200 then return nil, unknown("HTTP_" .. answer.status) end
  local told = xml.decode(answer.body, list.unpack(MAY_BE_ABSENT))
  if not told then return nil, unknown("NO_XML") end
  if told.return_code ~= "SUCCESS" then
    return nil, {
      kind = "unknown", code = told.return_code or "NO_RETURN_CODE",
      message = told.return_msg or "",
    }
  end
  if not told.sign then return nil, unknown("SIGNATURE_MISSING") end
  local is_signed = crypto.verify_with_key(
    "api_v2_key", text_before_key(told), sign_type_of(account), text.lower(told.sign))
  if not is_signed then return nil, unknown("SIGNATURE_INVALID") end
  return told
end

local function outcome_v2(told, account, kind, code)
  local merchant = told.mch_id
  if merchant and told.appid ~= account.settings.appid then
    merchant = merchant .. " with appid " .. (told.appid or "")
  end
  return {
    kind = kind, code = code, message = told.err_code_des or told.trade_state_desc,
    number = told.out_trade_no, merchant = merchant,
  }
end

-- What did not succeed, by the tables: `kinds` has what only this operation's codes mean.
local function failure_v2(told, account, kinds)
  if told.result_code ~= "FAIL" then
    return outcome_v2(told, account, "unknown", told.result_code or "NO_RESULT_CODE")
  end
  local code, kind = told.err_code or "NO_ERR_CODE", "unknown"
  if is_in(V2_OUR_SETUP, code) then kind = "config" end
  for _, row in ipairs(kinds) do
    if is_in(row.codes, code) then kind = row.kind end
  end
  return outcome_v2(told, account, kind, code)
end

-- "20260101080030", in Beijing; nothing hangs on it, so that another form of it is left out.
local function moment_v2(stamp)
  local year, month, day, hour, minute, second = text.match(
    stamp or "", "^(%d%d%d%d)(%d%d)(%d%d)(%d%d)(%d%d)(%d%d)$")
  if not year then return nil end
  return year .. "-" .. month .. "-" .. day .. "T" .. hour .. ":" .. minute .. ":" .. second
    .. "+08:00"
end

-- Whole fen as text; nil for anything else.
local function fen_of(told)
  local fen = told.total_fee
  if not fen or not text.match(fen, "^%d+$") or #fen > 12 then return nil end
  return tonumber(fen)
end

local function paid_v2(told, account, code)
  local fen = fen_of(told)
  if not fen then return unknown("NO_AMOUNT") end
  if not told.out_trade_no then return unknown("NO_NUMBER") end
  local outcome = outcome_v2(told, account, "succeeded", code)
  outcome.amount = money(fen, told.fee_type or "CNY")
  outcome.channel_reference = told.transaction_id
  outcome.happened_at = moment_v2(told.time_end)
  if told.openid and told.appid then
    outcome.payer = payer_of({ appid = told.appid, payer = { openid = told.openid } })
  end
  return outcome
end

local function charged_code_v2(account, answer)
  local told, nothing = believed(account, answer)
  if not told then return nothing end
  if told.result_code == "SUCCESS" then return paid_v2(told, account, "SUCCESS") end
  return failure_v2(told, account, {
    { codes = V2_CODE_REFUSED, kind = "refused" }, { codes = V2_PAYER_ACTS, kind = "pending" },
  })
end

local function queried_code_v2(account, answer)
  local told, nothing = believed(account, answer)
  if not told then return nothing end
  if told.result_code ~= "SUCCESS" then
    return failure_v2(told, account, { { codes = NO_SUCH_ORDER, kind = "not_found" } })
  end
  local state = told.trade_state or "NO_TRADE_STATE"
  if is_in(PAID, state) then return paid_v2(told, account, state) end
  local kind = "unknown"
  if is_in(V2_WAITING, state) then
    kind = "pending"
  elseif is_in(CLOSED, state) then
    kind = "closed"
  end
  return outcome_v2(told, account, kind, state)
end

-- It is over only when the channel does not want to be called again.
local function reversed_v2(account, answer)
  local told, nothing = believed(account, answer)
  if not told then return nothing end
  if told.recall == "Y" then
    return outcome_v2(told, account, "unknown", told.err_code or "RECALL")
  end
  if told.result_code == "SUCCESS" then
    local is_over = told.recall == "N"
    return outcome_v2(told, account, is_over and "closed" or "unknown", told.recall or "NO_RECALL")
  end
  return failure_v2(told, account, {
    { codes = REVERSED_BEFORE, kind = "closed" }, { codes = NO_SUCH_ORDER, kind = "not_found" },
  })
end

return {
  text_before_key = text_before_key, charge_code_v2 = charge_code_v2,
  charged_code_v2 = charged_code_v2, query_code_v2 = query_code_v2,
  queried_code_v2 = queried_code_v2, reverse_v2 = reverse_v2, reversed_v2 = reversed_v2,
}
