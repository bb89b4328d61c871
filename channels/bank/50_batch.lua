-- Many payouts in one request. Each is an order of its own at the bank, and is asked about, sent
-- again and told of by its own number; only the way there is shared.

local BATCHES = "/bank/v1/payout_batches"

-- Of a whole batch: none of its payouts was executed.
local BATCH_REFUSALS = { PARAM_ERROR = "config", RISK_REFUSED = "refused" }

-- A line is a payout, or a refusal in its place: it may lack the members of the other.
local MAY_LACK = {
  "batch_number", "account", "payouts", "payouts.request_number", "payouts.code",
  "payouts.payout_id", "payouts.account", "payouts.amount", "payouts.currency", "payouts.status",
  "payouts.reason_code", "payouts.reason", "payouts.finished_at", "payouts.returned_at",
  "payouts.fee",
}

local function order_many(many, account, context)
  local payouts = {}
  for _, instruction in ipairs(many.instructions) do
    list.insert(payouts, payout_order(instruction, account))
  end
  local body = {
    batch_number = many.number,
    total_count = #many.instructions,
    total_amount = many.total:minor(),
    currency = many.total:currency(),
    payouts = payouts,
  }
  return signed(account, context, { method = "POST", path = BATCHES, body = json.encode(body) })
end

-- A line of the answer: the payout, or why there is none. One that cannot be read proves nothing,
-- of itself alone.
local function read_line(line)
  local number = line.request_number
  if type(line.code) == "string" then
    return { kind = PAYOUT_REFUSALS[line.code] or "unknown", code = line.code, number = number }
  end
  if not is_fen(line.amount) or line.currency ~= "CNY" then
    return { kind = "unknown", code = "NO_PAYOUT", number = number }
  end
  local outcome = read_payout(line)
  -- As of a payout that is sent again alone.
  if outcome.kind == "returned" then outcome.kind = "unknown" end
  return outcome
end

local function many_ordered(many, account, answer, context)
  if answer.status ~= 200 then
    return { whole = refusal(answer, account, BATCHES, BATCH_REFUSALS, context) }
  end
  local why = doubt_answer(answer, account, BATCHES, context)
  if why then return { whole = unknown(why) } end
  local batch = json.decode(answer.body, list.unpack(MAY_LACK))
  if not (batch and type(batch.payouts) == "table") then return { whole = unknown("NO_BATCH") } end
  if batch.batch_number ~= many.number or batch.account ~= account.merchant then
    return { whole = unknown("ANOTHER_BATCH") }
  end
  local lines = {}
  for _, line in ipairs(batch.payouts) do
    if type(line) == "table" and type(line.request_number) == "string" then
      list.insert(lines, read_line(line))
    end
  end
  return { lines = lines }
end

return { PAYOUT_MANY = { request = order_many, response = many_ordered } }
