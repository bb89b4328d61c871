-- A house of gift vouchers, written from the kit alone. What an adapter is stands in
-- channels/CONTRACT.md; the protocol, and which word of the house means what, is in README.md
-- beside this file.

local REDEMPTIONS = "/redemptions"
local NOTICE = "NOTICE"

-- What a redemption's state means of each question. A word that is in no table is unknown.
local STATES = {
  collect = { taken = "succeeded" },
  query = { taken = "succeeded", given_back = "closed" },
  -- A voucher is used up by one request: a return that found it taken is none.
  close = { given_back = "closed" },
}
local REFUSALS = {
  collect = {
    VOUCHER_UNKNOWN = "refused", VOUCHER_SPENT = "refused", VALUE_TOO_SMALL = "refused",
    BAD_REQUEST = "config", SHOP_UNKNOWN = "config", CLOSED_TODAY = "not_sent",
  },
  query = { REDEMPTION_UNKNOWN = "not_found", SHOP_UNKNOWN = "config" },
  close = {
    REDEMPTION_UNKNOWN = "not_found", SHOP_UNKNOWN = "config", TOO_LATE = "not_sent",
  },
}

-- Request ---------------------------------------------------------------------------------------

local function signature(stamp, about, body)
  return crypto.hmac_sha256("house_key", stamp .. "\n" .. about .. "\n" .. crypto.sha256(body))
end

local function signed(account, context, request)
  local stamp = tostring(context.now)
  local body = request.content and json.encode(request.content) or ""
  return {
    method = request.method,
    path = request.path,
    headers = {
      ["Content-Type"] = "application/json",
      ["Voucher-Shop"] = account.merchant,
      ["Voucher-Time"] = stamp,
      ["Voucher-Signature"] = signature(stamp, request.method .. " " .. request.path, body),
    },
    body = body,
  }
end

local function path_of(operation, instruction)
  if operation == "collect" then return REDEMPTIONS end
  local path = REDEMPTIONS .. "/" .. instruction.number
  return operation == "close" and path .. "/return" or path
end

local function redeem(instruction, account, context)
  local content = {
    number = instruction.number,
    voucher = instruction.payer.voucher_code,
    amount = instruction.amount:minor(),
    text = instruction.description,
  }
  if account.callback_url ~= "" then content.notice_to = account.callback_url end
  return signed(account, context, { method = "POST", path = REDEMPTIONS, content = content })
end

local function ask(instruction, account, context)
  return signed(account, context, { method = "GET", path = path_of("query", instruction) })
end

local function give_back(instruction, account, context)
  return signed(account, context, { method = "POST", path = path_of("close", instruction) })
end

-- Answer ----------------------------------------------------------------------------------------

-- Why the message is not the house's; nil when it is.
local function doubt(message, about)
  local stamp, given = message.headers["voucher-time"], message.headers["voucher-signature"]
  if not (stamp and given) then return "SIGNATURE_MISSING" end
  local covered = stamp .. "\n" .. about .. "\n" .. crypto.sha256(message.body)
  if not crypto.verify_hmac_sha256("house_key", covered, given) then return "SIGNATURE_INVALID" end
  return nil
end

local function read_redemption(redemption, kinds)
  local outcome = {
    kind = kinds[redemption.state] or "unknown",
    code = redemption.state,
    number = redemption.number,
    merchant = redemption.shop,
    channel_reference = redemption.receipt,
    amount = money(redemption.amount, "CNY"),
  }
  if outcome.kind == "succeeded" then outcome.happened_at = redemption.taken_at end
  return outcome
end

local function reader(operation)
  return function(instruction, _, answer)
    local why = doubt(answer, path_of(operation, instruction))
    if why then return { kind = "unknown", code = why } end
    local body = json.decode(answer.body, "redemption", "refused", "why")
    if not body then return { kind = "unknown", code = "NO_JSON" } end
    if body.refused then
      local kind = REFUSALS[operation][body.refused] or "unknown"
      return { kind = kind, code = body.refused, message = body.why }
    end
    if type(body.redemption) ~= "table" then return { kind = "unknown", code = "NO_REDEMPTION" } end
    return read_redemption(body.redemption, STATES[operation])
  end
end

-- Callback --------------------------------------------------------------------------------------

local function callback(_, message)
  local why = doubt(message, NOTICE)
  if why then return { refuse = { status = 401, body = why } } end
  local notice = json.decode(message.body, "redemption")
  if not notice or type(notice.redemption) ~= "table" then
    return { refuse = { status = 400, body = "NO_REDEMPTION" } }
  end
  return {
    number = notice.redemption.number,
    outcome = read_redemption(notice.redemption, STATES.query),
    ack = { status = 200, body = "thank you" },
  }
end

return {
  name = "voucher",
  title = { en = "Gift voucher", zh = "礼品券" },
  capabilities = {
    scenes = { "barcode" },
    charged_at_once = { "barcode" },
    currencies = { "CNY" },
    amount_min_minor = 1,
    amount_max_minor = 1000000,
    expiry_max_seconds = 3600,
    description_max_bytes = 64,
    not_found_after_seconds = 30,
  },
  answer_headers = { "voucher-time", "voucher-signature" },
  operations = {
    collect = { resend = "query_first", request = redeem, response = reader("collect") },
    query = { resend = "idempotent", request = ask, response = reader("query") },
    close = { resend = "idempotent", request = give_back, response = reader("close") },
  },
  callback = callback,
}
