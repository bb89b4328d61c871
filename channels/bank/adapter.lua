-- A bank's direct link: payouts. The contract is in channels/CONTRACT.md; the protocol, and which
-- word of the bank means what, is in README.md beside this file.

local PAYOUTS = "/bank/v1/payouts"
local CLOCK_SKEW_SECONDS = 300

-- What a signed refusal says about the request it answers. A code that is in no table is unknown.
local PAYOUT_REFUSALS = {
  PARAM_ERROR = "config",
  SINGLE_LIMIT_EXCEEDED = "refused",
  DAILY_LIMIT_EXCEEDED = "refused",
  INSUFFICIENT_FUNDS = "refused",
  RISK_REFUSED = "refused",
}
local QUERY_REFUSALS = { REQUEST_UNKNOWN = "not_found" }

local STATUS_KINDS = {
  accepted = "pending", processing = "pending", succeeded = "succeeded", failed = "refused",
  returned = "returned",
}
local EVENTS = { "payout.succeeded", "payout.failed", "payout.returned" }

local function is_in(words, word)
  for _, known in ipairs(words) do
    if known == word then return true end
  end
  return false
end

local function signed_text(parts)
  return parts.first .. "\n" .. parts.second .. "\n" .. parts.timestamp .. "\n" .. parts.nonce
    .. "\n" .. crypto.sha256(parts.body) .. "\n"
end

-- Request ---------------------------------------------------------------------------------------

local function signed(account, context, request)
  local text = signed_text({
    first = request.method, second = request.path, timestamp = context.now,
    nonce = context.nonce, body = request.body or "",
  })
  local headers = {
    ["Bank-Account"] = account.merchant,
    ["Bank-Timestamp"] = tostring(context.now),
    ["Bank-Nonce"] = context.nonce,
    ["Bank-Signature"] = crypto.hmac_sha256("bank_key", text),
  }
  if request.body then headers["Content-Type"] = "application/json" end
  return { method = request.method, path = request.path, headers = headers, body = request.body }
end

local function payout_path(instruction)
  return PAYOUTS .. "/" .. instruction.number
end

-- The same content again is the same payout at the bank.
local function pay(instruction, account, context)
  local payee = instruction.payee
  local body = {
    request_number = instruction.number,
    amount = instruction.amount:minor(),
    currency = instruction.amount:currency(),
    payee = {
      name = payee.name, account_number = payee.account_number, bank_code = payee.bank_code,
    },
    purpose = instruction.description ~= "" and instruction.description or instruction.number,
  }
  if account.callback_url ~= "" then body.notify_url = account.callback_url end
  return signed(account, context, { method = "POST", path = PAYOUTS, body = json.encode(body) })
end

local function query(instruction, account, context)
  return signed(account, context, { method = "GET", path = payout_path(instruction) })
end

-- Answer ----------------------------------------------------------------------------------------

-- Why the message is not the bank's; nil when it is.
local function doubt(message, account, context)
  local headers = message.headers
  local timestamp, nonce = headers["bank-timestamp"], headers["bank-nonce"]
  local signature = headers["bank-signature"]
  if not (timestamp and nonce and signature) then return "SIGNATURE_MISSING" end
  local seconds = tonumber(timestamp)
  if not seconds then return "SIGNATURE_MISSING" end
  local age = context.now - seconds
  if age > CLOCK_SKEW_SECONDS or age < -CLOCK_SKEW_SECONDS then return "SIGNATURE_STALE" end
  if headers["bank-account"] ~= account.merchant then return "SIGNATURE_OF_ANOTHER_ACCOUNT" end
  local text = signed_text({
    first = message.first, second = message.second, timestamp = timestamp, nonce = nonce,
    body = message.body,
  })
  if not crypto.verify_hmac_sha256("bank_key", text, signature) then return "SIGNATURE_INVALID" end
  return nil
end

local function unknown(code)
  return { kind = "unknown", code = code }
end

local function decode_payout(text)
  return json.decode(text, "reason_code", "reason", "finished_at", "returned_at")
end

local function read_payout(payout)
  local outcome = {
    kind = STATUS_KINDS[payout.status] or "unknown",
    code = payout.reason_code or payout.status,
    message = payout.reason,
    number = payout.request_number,
    merchant = payout.account,
    channel_reference = payout.payout_id,
    amount = money(payout.amount, payout.currency),
  }
  if outcome.kind == "succeeded" then outcome.happened_at = payout.finished_at end
  if outcome.kind == "returned" then outcome.happened_at = payout.returned_at end
  return outcome
end

-- Only a signature that the bank does not take is answered without one, and then nothing was
-- executed. A nonce that it has seen may have come with this very request, so that is unknown.
local function refusal(answer, account, path, kinds, context)
  local body = json.decode(answer.body, "code", "message")
  local code = body and body.code or "HTTP_" .. answer.status
  local message = body and body.message or ""
  if answer.status == 401 then
    local kind = code == "SIGNATURE_INVALID" and "config" or "unknown"
    return { kind = kind, code = code, message = message }
  end
  local why = doubt(
    { headers = answer.headers, first = answer.status, second = path, body = answer.body },
    account, context)
  if why then return unknown(why) end
  return { kind = kinds[code] or "unknown", code = code, message = message }
end

local function read_answer(answer, account, path, kinds, context)
  if answer.status ~= 200 then return refusal(answer, account, path, kinds, context) end
  local why = doubt(
    { headers = answer.headers, first = answer.status, second = path, body = answer.body },
    account, context)
  if why then return unknown(why) end
  local payout = decode_payout(answer.body)
  if not payout then return unknown("NO_PAYOUT") end
  return read_payout(payout)
end

-- An order that is sent again may meet a payout that came back meanwhile: the query tells that.
local function paid(_, account, answer, context)
  local outcome = read_answer(answer, account, PAYOUTS, PAYOUT_REFUSALS, context)
  if outcome.kind == "returned" then return unknown("returned") end
  return outcome
end

local function queried(instruction, account, answer, context)
  return read_answer(answer, account, payout_path(instruction), QUERY_REFUSALS, context)
end

-- Callback --------------------------------------------------------------------------------------

local function refuse(status, message)
  return { refuse = { status = status, body = { code = "FAIL", message = message } } }
end

local function callback(account, message, context)
  local why = doubt(
    { headers = message.headers, first = "NOTICE", second = account.merchant, body = message.body },
    account, context)
  if why then return refuse(401, why) end
  local notice = json.decode(
    message.body, "event", "payout", "payout.reason_code", "payout.reason", "payout.finished_at",
    "payout.returned_at")
  if not notice or type(notice.payout) ~= "table" then return refuse(400, "no payout") end
  if not is_in(EVENTS, notice.event) then return refuse(400, "not expected here") end
  return {
    operation = "payout",
    number = notice.payout.request_number,
    outcome = read_payout(notice.payout),
    ack = { status = 204 },
  }
end

return {
  name = "bank",
  title = { en = "Bank transfer", zh = "银行转账" },
  capabilities = {
    currencies = { "CNY" },
    description_max_bytes = 140,
    not_found_after_seconds = 300,
    payout = {
      methods = { "bank_card", "bank_account" },
      amount_min_minor = 1,
      amount_max_minor = 500000000000,
    },
  },
  answer_headers = { "bank-account", "bank-timestamp", "bank-nonce", "bank-signature" },
  callback_type = "application/json",
  operations = {
    payout = { resend = "idempotent", request = pay, response = paid },
    payout_query = { resend = "idempotent", request = query, response = queried },
  },
  callback = callback,
}
