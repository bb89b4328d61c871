-- The code that a payer shows at the till: charged at once by one request, never told of by a
-- callback, and reversed (closed, or given back) when nobody learns in time what became of it.

-- An order ends over the API it began with: the form lets no account change it.
local function by_v2(account)
  return account.settings.barcode_api == "v2"
end

local function charge_code(instruction, account, context)
  if by_v2(account) then return charge_code_v2(instruction, account, context) end
  if account.settings.barcode_api ~= "v3" then
    mistake("barcode_api is '" .. (account.settings.barcode_api or "") .. "', wanted v2 or v3")
  end
  local payer, order = instruction.payer, order_of(instruction, account)
  order.payer = { auth_code = payer.auth_code }
  order.scene_info = {
    device_ip = payer.till_ip or DEFAULT_TILL_IP,
    store_info = { out_id = account.settings.store_id or account.name },
  }
  return signed(account, context, {
    method = "POST", path = "/v3/pay/transactions/codepay", body = json.encode(order),
  })
end

local function reverse(instruction, account, context)
  if by_v2(account) then return reverse_v2(instruction, account, context) end
  return signed(account, context, {
    method = "POST",
    path = order_path(instruction) .. "/reverse",
    body = json.encode({ appid = account.settings.appid, mchid = account.settings.mchid }),
  })
end

-- 202 says only that the payer has to act: it needs no signature to be waited for.
local function charged_code(instruction, account, answer, context)
  if by_v2(account) then return charged_code_v2(account, answer) end
  if answer.status ~= 200 then
    local told = refusal(answer, { { codes = CODE_REFUSED, kind = "refused" } })
    if answer.status == 202 and told.code == "USERPAYING" then told.kind = "pending" end
    return told
  end
  local why = doubt(answer.headers, answer.body, context)
  if why then return unknown(why) end
  local transaction = decode_transaction(answer.body)
  if not transaction then return unknown("NO_TRANSACTION") end
  local told = read_transaction(transaction, account)
  -- Only a question may tell that an order is closed.
  if told.kind == "closed" then told.kind = "unknown" end
  return told
end

local function reversed(instruction, account, answer, context)
  if by_v2(account) then return reversed_v2(account, answer) end
  if answer.status ~= 200 and answer.status ~= 204 then
    return refusal(answer, {
      { codes = REVERSED_BEFORE, kind = "closed" },
      { codes = NO_SUCH_ORDER, kind = "not_found" },
    })
  end
  local why = doubt(answer.headers, answer.body, context)
  if why then return unknown(why) end
  return { kind = "closed" }
end

return {
  by_v2 = by_v2, charge_code = charge_code, charged_code = charged_code, reverse = reverse,
  reversed = reversed,
}
