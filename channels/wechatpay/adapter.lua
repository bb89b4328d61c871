-- WeChat Pay API v3: the payer scans a code (native), refunds. The contract is in
-- channels/CONTRACT.md; which word of the channel means what is in README.md beside this file.

local BEIJING_MINUTES = 480
local CLOCK_SKEW_SECONDS = 300

-- What an error code says about the request it answers, as far as a 4xx can be believed: these
-- answers carry no signature. A code that is in no table is unknown.
local NOTHING_SENT = { "FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED", "FREQUENCY_LIMIT_EXCEED" }
local OUR_SETUP = { "PARAM_ERROR", "APPID_MCHID_NOT_MATCH", "MCH_NOT_EXISTS", "NO_AUTH" }
local REFUSED = {
  "RULE_LIMIT", "RULELIMIT", "TRADE_ERROR", "USER_ACCOUNT_ABNORMAL", "ACCOUNT_ERROR",
  "ORDER_CLOSED", "ORDERCLOSED",
}
local REFUND_REFUSED = {
  "RULE_LIMIT", "RULELIMIT", "TRADE_ERROR", "USER_ACCOUNT_ABNORMAL", "ACCOUNT_ERROR",
  "NOT_ENOUGH", "NOTENOUGH", "TRADE_OVERDUE",
}
local NO_SUCH_RESOURCE = { "RESOURCE_NOT_EXISTS" }
local NO_SUCH_ORDER = { "ORDER_NOT_EXIST", "ORDERNOTEXIST" }
local CLOSED_BEFORE = { "ORDER_CLOSED", "ORDERCLOSED" }

-- NOTPAY and USERPAYING wait for the payer. A code whose payment failed can be scanned again until
-- it is closed, so PAYERROR waits too.
local WAITING = { "NOTPAY", "USERPAYING", "PAYERROR" }
local PAID = { "SUCCESS", "REFUND" }
local CLOSED = { "CLOSED", "REVOKED" }

-- A refund that was closed or that no account of the payer can take has not reached the payer, and
-- will not: the code says which of the two it was.
local REFUND_KINDS = {
  SUCCESS = "succeeded", PROCESSING = "pending", CLOSED = "refused", ABNORMAL = "refused",
}
local REFUND_EVENTS = { "REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED" }

local function is_in(words, word)
  for _, known in ipairs(words) do
    if known == word then return true end
  end
  return false
end

-- Request ---------------------------------------------------------------------------------------

local function signed(account, context, request)
  local settings = account.settings
  local body = request.body or ""
  local text = request.method .. "\n" .. request.path .. "\n" .. context.now .. "\n"
    .. context.nonce .. "\n" .. body .. "\n"
  local headers = {
    Accept = "application/json",
    Authorization = 'WECHATPAY2-SHA256-RSA2048 mchid="' .. settings.mchid
      .. '",nonce_str="' .. context.nonce
      .. '",signature="' .. crypto.sign_rsa_sha256("merchant_key", text)
      .. '",timestamp="' .. context.now
      .. '",serial_no="' .. settings.merchant_serial .. '"',
  }
  if request.body then headers["Content-Type"] = "application/json" end
  if settings.platform_serial then headers["Wechatpay-Serial"] = settings.platform_serial end
  return { method = request.method, path = request.path, headers = headers, body = request.body }
end

local function order_path(instruction)
  return "/v3/pay/transactions/out-trade-no/" .. instruction.number
end

-- Every part but nonce and time is the same when it is sent again: the channel then answers with
-- the same order.
local function create(instruction, account, context)
  local description = instruction.description
  if description == "" then description = instruction.number end
  return signed(account, context, {
    method = "POST",
    path = "/v3/pay/transactions/native",
    body = json.encode({
      appid = account.settings.appid,
      mchid = account.settings.mchid,
      description = description,
      out_trade_no = instruction.number,
      time_expire = time.rfc3339(instruction.expires_at, BEIJING_MINUTES),
      notify_url = account.callback_url,
      amount = { total = instruction.amount:minor(), currency = instruction.amount:currency() },
    }),
  })
end

local function query(instruction, account, context)
  return signed(account, context, {
    method = "GET",
    path = order_path(instruction) .. "?mchid=" .. account.settings.mchid,
  })
end

local function close(instruction, account, context)
  return signed(account, context, {
    method = "POST",
    path = order_path(instruction) .. "/close",
    body = json.encode({ mchid = account.settings.mchid }),
  })
end

-- The same number and amount again is the same refund at the channel. Its total is the whole order.
local function refund(instruction, account, context)
  local original = instruction.original
  local body = {
    out_refund_no = instruction.number,
    notify_url = account.callback_url,
    amount = {
      refund = instruction.amount:minor(),
      total = original.amount:minor(),
      currency = instruction.amount:currency(),
    },
  }
  if original.channel_reference ~= "" then
    body.transaction_id = original.channel_reference
  else
    body.out_trade_no = original.number
  end
  if instruction.reason ~= "" then body.reason = instruction.reason end
  return signed(account, context, {
    method = "POST", path = "/v3/refund/domestic/refunds", body = json.encode(body),
  })
end

local function query_refund(instruction, account, context)
  return signed(account, context, {
    method = "GET", path = "/v3/refund/domestic/refunds/" .. instruction.number,
  })
end

-- Answer ----------------------------------------------------------------------------------------

-- Why the message is not authentic; nil when it is. The key is chosen by serial: a platform
-- certificate's, or the id of the channel's public key; both may arrive at the same time.
local function doubt(headers, body, context)
  local stamp, nonce = headers["wechatpay-timestamp"], headers["wechatpay-nonce"]
  local serial, signature = headers["wechatpay-serial"], headers["wechatpay-signature"]
  if not (stamp and nonce and serial and signature) then return "SIGNATURE_MISSING" end
  local seconds = tonumber(stamp)
  if not seconds then return "SIGNATURE_MISSING" end
  local age = context.now - seconds
  if age > CLOCK_SKEW_SECONDS or age < -CLOCK_SKEW_SECONDS then return "SIGNATURE_STALE" end
  local key = crypto.key_of_serial(serial)
  if not key then return "SIGNATURE_SERIAL_UNKNOWN" end
  local text = stamp .. "\n" .. nonce .. "\n" .. body .. "\n"
  if not crypto.verify_rsa_sha256(key, text, signature) then return "SIGNATURE_INVALID" end
  return nil
end

local function error_of(answer)
  local body = json.decode(answer.body, "code", "message")
  if body and body.code then return { code = body.code, message = body.message or "" } end
  return { code = "HTTP_" .. answer.status, message = "" }
end

-- An answer that is no success, read by the tables above. `kinds` adds what only this operation's
-- codes mean.
local function refusal(answer, kinds)
  local problem = error_of(answer)
  local kind = "unknown"
  if answer.status >= 400 and answer.status < 500 then
    if answer.status == 401 or is_in(OUR_SETUP, problem.code) then
      kind = "config"
    elseif is_in(NOTHING_SENT, problem.code) then
      kind = "not_sent"
    else
      for _, row in ipairs(kinds) do
        if is_in(row.codes, problem.code) then kind = row.kind end
      end
    end
  end
  return { kind = kind, code = problem.code, message = problem.message }
end

local function unknown(code)
  return { kind = "unknown", code = code }
end

local function created(instruction, account, answer, context)
  if answer.status ~= 200 then
    return refusal(answer, { { codes = REFUSED, kind = "refused" } })
  end
  local why = doubt(answer.headers, answer.body, context)
  if why then return unknown(why) end
  local body = json.decode(answer.body, "code_url")
  if not (body and body.code_url) then return unknown("NO_CODE_URL") end
  return { kind = "pending", next_action = { type = "qr_code", code_url = body.code_url } }
end

-- The merchant that the transaction names; a foreign application makes it another merchant.
local function merchant_of(transaction, account)
  if transaction.appid == account.settings.appid then return transaction.mchid end
  return transaction.mchid .. " with appid " .. transaction.appid
end

-- Who paid: an openid is one of the application's. Nothing else hangs on it, so that what cannot be
-- read as one is left out.
local function payer_of(transaction)
  local payer = transaction.payer
  local openid = type(payer) == "table" and payer.openid
  if type(openid) ~= "string" or not text.match(openid, "^[%w_-]+$") or #openid > 64 then
    return nil
  end
  return "wechatpay:" .. transaction.appid .. " " .. openid
end

local function read_transaction(transaction, account)
  local outcome = {
    code = transaction.trade_state,
    message = transaction.trade_state_desc,
    number = transaction.out_trade_no,
    merchant = merchant_of(transaction, account),
  }
  if is_in(PAID, transaction.trade_state) then
    outcome.kind = "succeeded"
    outcome.amount = money(transaction.amount.total, transaction.amount.currency)
    outcome.channel_reference = transaction.transaction_id
    outcome.happened_at = transaction.success_time
    outcome.payer = payer_of(transaction)
  elseif is_in(WAITING, transaction.trade_state) then
    outcome.kind = "pending"
  elseif is_in(CLOSED, transaction.trade_state) then
    outcome.kind = "closed"
  else
    outcome.kind = "unknown"
  end
  return outcome
end

local function decode_transaction(text)
  return json.decode(
    text, "trade_state_desc", "success_time", "transaction_id", "payer", "payer.openid")
end

local function queried(instruction, account, answer, context)
  if answer.status ~= 200 then
    return refusal(answer, { { codes = NO_SUCH_ORDER, kind = "not_found" } })
  end
  local why = doubt(answer.headers, answer.body, context)
  if why then return unknown(why) end
  local transaction = decode_transaction(answer.body)
  if not transaction then return unknown("NO_TRANSACTION") end
  return read_transaction(transaction, account)
end

local function closed(instruction, account, answer, context)
  if answer.status ~= 204 then
    return refusal(answer, {
      { codes = CLOSED_BEFORE, kind = "closed" },
      { codes = NO_SUCH_ORDER, kind = "not_found" },
    })
  end
  local why = doubt(answer.headers, answer.body, context)
  if why then return unknown(why) end
  return { kind = "closed" }
end

-- What the channel says of a refund, asked or unasked. Only unasked it names the merchant, and no
-- currency. Money that took another road than the payment's is worth a word.
local function read_refund(status, refund)
  local outcome = {
    kind = REFUND_KINDS[status] or "unknown",
    code = status,
    number = refund.out_refund_no,
    merchant = refund.mchid,
    channel_reference = refund.refund_id,
    amount = money(refund.amount.refund, refund.amount.currency or "CNY"),
  }
  if outcome.kind == "succeeded" then outcome.happened_at = refund.success_time end
  if refund.channel and refund.channel ~= "ORIGINAL" then
    outcome.message = "refunded by " .. refund.channel
  end
  return outcome
end

local function decode_refund(text)
  return json.decode(text, "mchid", "channel", "success_time", "amount.currency")
end

-- The payment that was refunded must be ours; another one makes it another number.
local function number_of(refund, instruction)
  local original = instruction.original
  local reference = original.channel_reference
  if refund.out_trade_no ~= original.number then
    return refund.out_refund_no .. " of order " .. refund.out_trade_no
  end
  if reference ~= "" and refund.transaction_id ~= reference then
    return refund.out_refund_no .. " of transaction " .. refund.transaction_id
  end
  return refund.out_refund_no
end

local function answered_refund(instruction, answer, context)
  local why = doubt(answer.headers, answer.body, context)
  if why then return unknown(why) end
  local refund = decode_refund(answer.body)
  if not refund then return unknown("NO_REFUND") end
  local outcome = read_refund(refund.status, refund)
  outcome.number = number_of(refund, instruction)
  return outcome
end

-- An order that the channel does not find refused nothing for good: the same refund may be sent
-- again.
local function refunded(instruction, account, answer, context)
  if answer.status ~= 200 then
    return refusal(answer, {
      { codes = REFUND_REFUSED, kind = "refused" },
      { codes = NO_SUCH_RESOURCE, kind = "not_sent" },
    })
  end
  return answered_refund(instruction, answer, context)
end

local function queried_refund(instruction, account, answer, context)
  if answer.status ~= 200 then
    return refusal(answer, { { codes = NO_SUCH_RESOURCE, kind = "not_found" } })
  end
  return answered_refund(instruction, answer, context)
end

-- Callback --------------------------------------------------------------------------------------

local function refuse(status, message)
  return { refuse = { status = status, body = { code = "FAIL", message = message } } }
end

local function payment_told(plain, account)
  local transaction = decode_transaction(plain)
  if not transaction then return refuse(400, "no transaction") end
  return {
    number = transaction.out_trade_no,
    outcome = read_transaction(transaction, account),
    ack = { status = 204 },
  }
end

local function refund_told(plain)
  local refund = decode_refund(plain)
  if not refund then return refuse(400, "no refund") end
  return {
    operation = "refund",
    number = refund.out_refund_no,
    outcome = read_refund(refund.refund_status, refund),
    ack = { status = 204 },
  }
end

local function callback(account, message, context)
  local why = doubt(message.headers, message.body, context)
  if why then return refuse(401, why) end
  local notice = json.decode(message.body, "event_type", "resource", "resource.associated_data")
  if not notice or type(notice.resource) ~= "table" then return refuse(400, "no resource") end
  local is_refund = is_in(REFUND_EVENTS, notice.event_type)
  if not is_refund and notice.event_type ~= "TRANSACTION.SUCCESS" then
    return refuse(400, "not expected here")
  end
  local resource = notice.resource
  local plain = crypto.decrypt_aes_256_gcm(
    "api_v3_key", resource.nonce, resource.associated_data or "", resource.ciphertext)
  if not plain then return refuse(500, "the resource cannot be decrypted") end
  if is_refund then return refund_told(plain) end
  return payment_told(plain, account)
end

return {
  name = "wechatpay",
  title = { en = "WeChat Pay", zh = "微信支付" },
  capabilities = {
    scenes = { "qr" },
    currencies = { "CNY" },
    amount_min_minor = 1,
    amount_max_minor = 5000000000,
    expiry_max_seconds = 604800,
    description_max_bytes = 127,
    not_found_after_seconds = 60,
    refund = { window_seconds = 31536000, parts_max = 50, reason_max_bytes = 80 },
  },
  answer_headers = {
    "wechatpay-timestamp", "wechatpay-nonce", "wechatpay-serial", "wechatpay-signature",
  },
  masked = { "openid", "user_received_account" },
  operations = {
    collect = { resend = "idempotent", request = create, response = created },
    query = { resend = "idempotent", request = query, response = queried },
    close = { resend = "idempotent", request = close, response = closed },
    refund = { resend = "idempotent", request = refund, response = refunded },
    refund_query = { resend = "idempotent", request = query_refund, response = queried_refund },
  },
  callback = callback,
}
