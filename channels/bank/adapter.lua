-- A bank's direct link: payouts, collections by transfer, the balance and statements. The contract
-- is in channels/CONTRACT.md; the protocol, and which word of the bank means what, is in README.md
-- beside this file. 10_exchange.lua has what all messages share, 20_account.lua what is told of the
-- account, 30_collection.lua collections, 40_payout.lua payouts, 50_batch.lua many of them at once.

-- What an event is about.
local EVENTS = {
  ["payout.succeeded"] = "payout", ["payout.failed"] = "payout", ["payout.returned"] = "payout",
  ["collection.paid"] = "collect",
}

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
    "payout.returned_at", "payout.fee", "collection", "collection.paid_at", "collection.payer",
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
      many = { lines_max = 100, amount_max_minor = 1000000000000 },
    },
  },
  answer_headers = { "bank-account", "bank-timestamp", "bank-nonce", "bank-signature" },
  callback_type = "application/json",
  operations = {
    collect = COLLECTION_OPERATIONS.collect,
    query = COLLECTION_OPERATIONS.query,
    close = COLLECTION_OPERATIONS.close,
    payout = PAYOUT_OPERATIONS.payout,
    payout_query = PAYOUT_OPERATIONS.payout_query,
    payout_many = PAYOUT_MANY,
  },
  balance = BALANCE_QUESTION,
  bills = { statement = STATEMENT },
  callback = callback,
}
