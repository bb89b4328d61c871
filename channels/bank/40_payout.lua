-- Payouts: one order a request, and what became of it.

local PAYOUTS = "/bank/v1/payouts"

-- What a signed refusal says about the order it answers. A code that is in no table is unknown.
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

local function payout_path(instruction)
  return PAYOUTS .. "/" .. instruction.number
end

-- The same content again is the same payout at the bank, alone or among others.
local function payout_order(instruction, account)
  local payee = instruction.payee
  local order = {
    request_number = instruction.number,
    amount = instruction.amount:minor(),
    currency = instruction.amount:currency(),
    payee = {
      name = payee.name, account_number = payee.account_number, bank_code = payee.bank_code,
    },
    purpose = instruction.description ~= "" and instruction.description or instruction.number,
  }
  if account.callback_url ~= "" then order.notify_url = account.callback_url end
  return order
end

local function pay(instruction, account, context)
  local body = json.encode(payout_order(instruction, account))
  return signed(account, context, { method = "POST", path = PAYOUTS, body = body })
end

local function query(instruction, account, context)
  return signed(account, context, { method = "GET", path = payout_path(instruction) })
end

local function decode_payout(body)
  return json.decode(body, "reason_code", "reason", "finished_at", "returned_at", "fee")
end

local function is_fen(value)
  return type(value) == "number" and text.is_digits(tostring(value))
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
  if outcome.kind == "succeeded" then
    outcome.happened_at = payout.finished_at
    -- A fee that is no amount makes no success doubtful: the statement tells it.
    if is_fen(payout.fee) then outcome.fee = money(payout.fee, payout.currency) end
  end
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

return {
  PAYOUT_OPERATIONS = {
    payout = { resend = "idempotent", request = pay, response = paid },
    payout_query = { resend = "idempotent", request = query, response = queried },
  },
  PAYOUT_REFUSALS = PAYOUT_REFUSALS, payout_order = payout_order, read_payout = read_payout,
  is_fen = is_fen,
}
