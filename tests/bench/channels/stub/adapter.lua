-- A channel that costs nothing: unsigned JSON, so that a benchmark measures the engine and not RSA.

local WORDS = { succeeded = "succeeded", pending = "pending", closed = "closed" }

local function ask(path, instruction, account)
  return {
    method = "POST",
    path = path,
    body = {
      number = instruction.number,
      amount = instruction.amount:minor(),
      currency = instruction.amount:currency(),
      merchant = account.merchant,
    },
  }
end

local function read(instruction, account, answer)
  if answer.status ~= 200 then return { kind = "unknown", code = "HTTP_" .. answer.status } end
  local body = json.decode(answer.body)
  if not body then return { kind = "unknown", code = "NO_JSON" } end
  local outcome = { kind = WORDS[body.status] or "unknown", code = body.status }
  outcome.number = body.number
  outcome.merchant = body.merchant
  outcome.channel_reference = body.reference
  outcome.amount = money(body.amount, body.currency)
  return outcome
end

local function operation(path)
  return {
    resend = "idempotent",
    request = function(instruction, account) return ask(path, instruction, account) end,
    response = read,
  }
end

return {
  name = "stub",
  title = { en = "Benchmark stub", zh = "压测桩" },
  capabilities = {
    scenes = { "qr" },
    currencies = { "CNY" },
    amount_max_minor = 5000000000,
    expiry_max_seconds = 604800,
    description_max_bytes = 127,
    not_found_after_seconds = 60,
    refund = { window_seconds = 31536000, parts_max = 1000000 },
    payout = { methods = { "bank_account" }, amount_min_minor = 1, amount_max_minor = 5000000000 },
  },
  operations = {
    collect = operation("/collect"),
    query = operation("/query"),
    close = operation("/close"),
    refund = operation("/refund"),
    refund_query = operation("/refund_query"),
    payout = operation("/payout"),
    payout_query = operation("/payout_query"),
  },
  callback = function()
    return { refuse = { status = 404, body = "the stub calls nobody" } }
  end,
}
