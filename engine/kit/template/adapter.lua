-- CHANNEL_NAME, as it was scaffolded. What an adapter gets, returns and may call stands in
-- channels/CONTRACT.md; the protocol, and which word of the channel means what, is in README.md
-- beside this file. This one collects by QR code and speaks a small protocol of its own: put your
-- channel's in its place, the table first.

local ORDERS = "/orders"
local NOTICE = "NOTICE"

-- The channel's words and what each means of the question that was asked. A word that is in no
-- table is unknown.
local COLLECT = {
  statuses = { waiting = "pending", paid = "succeeded" },
  refusals = { PARAM_ERROR = "config", LIMIT_EXCEEDED = "refused", BUSY = "not_sent" },
}
local QUERY = {
  statuses = { waiting = "pending", paid = "succeeded", closed = "closed" },
  refusals = { ORDER_UNKNOWN = "not_found", BUSY = "not_sent" },
}
local CLOSE = {
  statuses = { paid = "succeeded", closed = "closed" },
  refusals = { ORDER_UNKNOWN = "not_found", BUSY = "not_sent" },
}

-- Request ---------------------------------------------------------------------------------------

-- What a message is signed over: what it is about, and its body.
local function signature_of(first, body)
  return crypto.hmac_sha256("api_key", first .. "\n" .. body)
end

local function signed(account, method, path, content)
  local body = content and json.encode(content) or ""
  local headers = {
    ["X-Merchant"] = account.merchant,
    ["X-Signature"] = signature_of(method .. " " .. path, body),
  }
  if content then headers["Content-Type"] = "application/json" end
  return { method = method, path = path, headers = headers, body = content and body or nil }
end

local function order_path(instruction)
  return ORDERS .. "/" .. instruction.number
end

local function close_path(instruction)
  return order_path(instruction) .. "/close"
end

-- The same number again is the same order at the channel.
local function collect(instruction, account)
  local content = {
    number = instruction.number,
    amount = instruction.amount:minor(),
    currency = instruction.amount:currency(),
    description = instruction.description,
    expires_at = time.rfc3339(instruction.expires_at, 0),
  }
  if account.callback_url ~= "" then content.notify_url = account.callback_url end
  return signed(account, "POST", ORDERS, content)
end

local function query(instruction, account)
  return signed(account, "GET", order_path(instruction))
end

local function close(instruction, account)
  return signed(account, "POST", close_path(instruction))
end

-- Answer ----------------------------------------------------------------------------------------

local function unknown(code)
  return { kind = "unknown", code = code }
end

-- Why the message is not the channel's; nil when it is.
local function doubt(message, first)
  local signature = message.headers["x-signature"]
  if not signature then return "SIGNATURE_MISSING" end
  if not crypto.verify_hmac_sha256("api_key", first .. "\n" .. message.body, signature) then
    return "SIGNATURE_INVALID"
  end
  return nil
end

-- `code_url` only while it waits, `paid_at` only once it is paid.
local function read_order(order, statuses)
  local outcome = {
    kind = statuses[order.status] or "unknown",
    code = order.status,
    number = order.number,
    merchant = order.merchant,
    channel_reference = order.id,
    amount = money(order.amount, order.currency),
  }
  if outcome.kind == "succeeded" then outcome.happened_at = order.paid_at end
  if outcome.kind == "pending" and order.code_url then
    outcome.next_action = { type = "qr_code", code_url = order.code_url }
  end
  return outcome
end

local function read_answer(answer, path, words)
  local why = doubt(answer, path)
  if why then return unknown(why) end
  if answer.status ~= 200 then
    local refusal = json.decode(answer.body, "code", "message")
    local code = refusal and refusal.code or "HTTP_" .. answer.status
    local message = refusal and refusal.message
    return { kind = words.refusals[code] or "unknown", code = code, message = message }
  end
  local order = json.decode(answer.body, "code_url", "paid_at")
  if not order then return unknown("NO_ORDER") end
  return read_order(order, words.statuses)
end

local function collected(_, _, answer)
  return read_answer(answer, ORDERS, COLLECT)
end

local function queried(instruction, _, answer)
  return read_answer(answer, order_path(instruction), QUERY)
end

local function closed(instruction, _, answer)
  return read_answer(answer, close_path(instruction), CLOSE)
end

-- Callback --------------------------------------------------------------------------------------

local function refuse(status, why)
  return { refuse = { status = status, body = { code = why } } }
end

local function callback(_, message)
  local why = doubt(message, NOTICE)
  if why then return refuse(401, why) end
  local order = json.decode(message.body, "code_url", "paid_at")
  if not order then return refuse(400, "NO_ORDER") end
  return {
    number = order.number,
    outcome = read_order(order, QUERY.statuses),
    ack = { status = 204 },
  }
end

return {
  name = "CHANNEL_NAME",
  title = { en = "CHANNEL_NAME", zh = "CHANNEL_NAME" },
  capabilities = {
    scenes = { "qr" },
    currencies = { "CNY" },
    amount_min_minor = 1,
    amount_max_minor = 5000000,
    expiry_max_seconds = 7200,
    description_max_bytes = 128,
    not_found_after_seconds = 60,
  },
  answer_headers = { "x-signature" },
  operations = {
    collect = { resend = "idempotent", request = collect, response = collected },
    query = { resend = "idempotent", request = query, response = queried },
    close = { resend = "idempotent", request = close, response = closed },
  },
  callback = callback,
}
