-- What the bank tells of the account itself: what is on it now, and what was booked on a day.

local BALANCE = "/bank/v1/balance"
local STATEMENTS = "/bank/v1/statements/"

local STATEMENT_REFUSALS = {
  PARAM_ERROR = "config", STATEMENT_NOT_READY = "not_ready", STATEMENT_EMPTY = "empty",
}

local function ask_balance(_, account, context)
  return signed(account, context, { method = "GET", path = BALANCE })
end

local function read_balance(_, account, answer, context)
  if answer.status ~= 200 then return refusal(answer, account, BALANCE, {}, context) end
  local why = doubt_answer(answer, account, BALANCE, context)
  if why then return unknown(why) end
  local balance = json.decode(answer.body)
  if not balance then return unknown("NO_BALANCE") end
  if balance.account ~= account.merchant then return unknown("BALANCE_OF_ANOTHER_ACCOUNT") end
  return {
    kind = "found", available = money(balance.available, balance.currency), as_of = balance.as_of,
  }
end

local function ask_statement(wanted, account, context)
  return signed(account, context, { method = "GET", path = STATEMENTS .. wanted.day })
end

-- The file carries no promise of its own: the hash of the first, signed answer vouches for it.
local function find_statement(wanted, account, answer, context)
  local path = STATEMENTS .. wanted.day
  if answer.status ~= 200 then
    return refusal(answer, account, path, STATEMENT_REFUSALS, context)
  end
  local why = doubt_answer(answer, account, path, context)
  if why then return unknown(why) end
  local statement = json.decode(answer.body, "file", "sha256")
  if not (statement and statement.file and statement.sha256) then return unknown("NO_FILE") end
  if statement.account ~= account.merchant or statement.day ~= wanted.day then
    return unknown("ANOTHER_STATEMENT")
  end
  return { kind = "found", url = statement.file, sha256 = statement.sha256 }
end

local function fetch_statement(wanted, account, context)
  return signed(account, context, { method = "GET", path = wanted.url })
end

local LAYOUT = {
  columns = {
    at = { "booked_at" }, kind = { "kind" }, number = { "request_number" },
    reference = { "bank_number" }, paid = { "amount" }, balance = { "balance" },
  },
  kinds = {
    COLLECTION = "payment", PAYOUT = "payout", PAYOUT_RETURN = "payout_return", FEE = "fee",
    CREDIT = "income", DEBIT = "expense",
  },
}

return {
  BALANCE_QUESTION = { request = ask_balance, response = read_balance },
  STATEMENT = {
    request = ask_statement, response = find_statement, fetch = fetch_statement, charset = "utf-8",
    layout = LAYOUT,
  },
}
