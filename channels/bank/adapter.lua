-- A bank's direct link: payouts, collections by transfer, the balance and statements. The contract
-- is in channels/CONTRACT.md; the protocol, and which word of the bank means what, is in README.md
-- beside this file. 10_exchange.lua has what all messages share, 20_account.lua what is told of the
-- account, 30_collection.lua collections; payouts are here.

local PAYOUTS = "/bank/v1/payouts"

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
-- What an event is about.
local EVENTS = {
  ["payout.succeeded"] = "payout", ["payout.failed"] = "payout", ["payout.returned"] = "payout",
  ["collection.paid"] = "collect",
}

-- Request ---------------------------------------------------------------------------------------

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

local function read_answer(answer, account, path, kinds, context)
  if answer.status ~= 200 then return refusal(answer, account, path, kinds, context) end
  local why = doubt_answer(answer, account, path, context)
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
    "payout.returned_at", "collection", "collection.paid_at", "collection.payer",
    "collection.received_amount")
  local operation = notice and EVENTS[notice.event]
  if not operation then return refuse(400, "not expected here") end
  local told, read = notice.payout, read_payout
  if operation == "collect" then told, read = notice.collection, read_collection end
  if type(told) ~= "table" then return refuse(400, "nothing is told") end
  return {
    operation = operation, number = told.request_number, outcome = read(told),
    ack = { status = 204 },
  }
end

return {
  name = "bank",
  title = { en = "Bank transfer", zh = "银行转账" },
  capabilities = {
    scenes = { "transfer" },
    currencies = { "CNY" },
    amount_min_minor = 1,
    amount_max_minor = 500000000000,
    expiry_max_seconds = 604800,
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
    collect = COLLECTION_OPERATIONS.collect,
    query = COLLECTION_OPERATIONS.query,
    close = COLLECTION_OPERATIONS.close,
    payout = { resend = "idempotent", request = pay, response = paid },
    payout_query = { resend = "idempotent", request = query, response = queried },
  },
  balance = BALANCE_QUESTION,
  bills = { statement = STATEMENT },
  callback = callback,
}
