-- Collections: the payer transfers to an account that the bank opens for one order alone.

local COLLECTIONS = "/bank/v1/collections"
local BEIJING_MINUTES = 480

local COLLECT_REFUSALS = {
  PARAM_ERROR = "config", COLLECTION_NOT_AGREED = "config", COLLECTION_EXPIRED = "refused",
  RISK_REFUSED = "refused",
}
local KNOWN_REFUSALS = { REQUEST_UNKNOWN = "not_found" }
local COLLECTION_KINDS = { open = "pending", paid = "succeeded", closed = "closed" }

local function collection_path(instruction)
  return COLLECTIONS .. "/" .. instruction.number
end

-- The same content again is the same collection at the bank.
local function ask_for_money(instruction, account, context)
  local body = {
    request_number = instruction.number,
    agreement = account.settings.collection_agreement,
    amount = instruction.amount:minor(),
    currency = instruction.amount:currency(),
    description = instruction.description ~= "" and instruction.description or instruction.number,
    expires_at = time.rfc3339(instruction.expires_at, BEIJING_MINUTES),
  }
  if account.callback_url ~= "" then body.notify_url = account.callback_url end
  return signed(account, context, {
    method = "POST", path = COLLECTIONS, body = json.encode(body),
  })
end

local function ask_collection(instruction, account, context)
  return signed(account, context, { method = "GET", path = collection_path(instruction) })
end

local function close_collection(instruction, account, context)
  return signed(account, context, {
    method = "POST", path = collection_path(instruction) .. "/close",
  })
end

-- What came in counts, not what was ordered: the kernel holds it against its own record.
local function read_collection(collection)
  local is_paid = collection.status == "paid"
  local amount = collection.amount
  if is_paid then amount = collection.received_amount end
  local outcome = {
    kind = COLLECTION_KINDS[collection.status] or "unknown",
    code = collection.status,
    number = collection.request_number,
    merchant = collection.account,
    channel_reference = collection.collection_id,
    amount = money(amount, collection.currency),
  }
  if is_paid then
    outcome.happened_at = collection.paid_at
    local payer = collection.payer
    if payer then outcome.payer = "bank:" .. payer.bank_code .. " " .. payer.account_number end
  end
  return outcome
end

local function what_to_do(collection)
  return {
    type = "bank_transfer",
    account_number = collection.deposit.account_number,
    account_name = collection.deposit.account_name,
    bank_code = collection.deposit.bank_code,
    amount = collection.amount,
    currency = collection.currency,
  }
end

-- Gives the outcome, and the collection when there is one.
local function read_collection_answer(answer, account, path, kinds, context)
  if answer.status ~= 200 then return refusal(answer, account, path, kinds, context) end
  local why = doubt_answer(answer, account, path, context)
  if why then return unknown(why) end
  local collection = json.decode(answer.body, "paid_at", "payer", "received_amount")
  if not collection then return unknown("NO_COLLECTION") end
  return read_collection(collection), collection
end

-- An order that is sent again may meet a collection that was closed: the query tells that.
local function collected(_, account, answer, context)
  local outcome, collection =
    read_collection_answer(answer, account, COLLECTIONS, COLLECT_REFUSALS, context)
  if outcome.kind == "closed" then return unknown("closed") end
  if outcome.kind == "pending" then outcome.next_action = what_to_do(collection) end
  return outcome
end

local function collection_told(instruction, account, answer, context)
  local path = collection_path(instruction)
  local outcome = read_collection_answer(answer, account, path, KNOWN_REFUSALS, context)
  return outcome
end

-- Still open after it was closed is no answer.
local function collection_closed(instruction, account, answer, context)
  local path = collection_path(instruction) .. "/close"
  local outcome = read_collection_answer(answer, account, path, KNOWN_REFUSALS, context)
  if outcome.kind == "pending" then return unknown("open") end
  return outcome
end

return {
  COLLECTION_OPERATIONS = {
    collect = { resend = "idempotent", request = ask_for_money, response = collected },
    query = { resend = "idempotent", request = ask_collection, response = collection_told },
    close = { resend = "idempotent", request = close_collection, response = collection_closed },
  },
  read_collection = read_collection,
}
