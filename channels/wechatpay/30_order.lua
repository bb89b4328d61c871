-- An order and the transaction it becomes.

-- Of a till that does not say where it stands.
local DEFAULT_TILL_IP = "127.0.0.1"

local function order_path(instruction)
  return "/v3/pay/transactions/out-trade-no/" .. instruction.number
end

-- What every order names, however its payer comes to it.
local function order_of(instruction, account)
  local description = instruction.description
  if description == "" then description = instruction.number end
  return {
    appid = account.settings.appid,
    mchid = account.settings.mchid,
    description = description,
    out_trade_no = instruction.number,
    amount = { total = instruction.amount:minor(), currency = instruction.amount:currency() },
  }
end

-- The merchant that the transaction names; a foreign application makes it another merchant.
local function merchant_of(transaction, account)
  if transaction.appid == account.settings.appid then return transaction.mchid end
  return transaction.mchid .. " with appid " .. transaction.appid
end

-- Who paid: an openid is one of the application's. Nothing else hangs on it, so that what cannot be
-- read as one is left out.
local function payer_of(transaction)
  local payer = transaction.payer
  local openid = type(payer) == "table" and payer.openid
  if type(openid) ~= "string" or not text.match(openid, "^[%w_-]+$") or #openid > 64 then
    return nil
  end
  return "wechatpay:" .. transaction.appid .. " " .. openid
end

local function read_transaction(transaction, account)
  local outcome = {
    code = transaction.trade_state,
    message = transaction.trade_state_desc,
    number = transaction.out_trade_no,
    merchant = merchant_of(transaction, account),
  }
  if is_in(PAID, transaction.trade_state) then
    outcome.kind = "succeeded"
    outcome.amount = money(transaction.amount.total, transaction.amount.currency)
    outcome.channel_reference = transaction.transaction_id
    outcome.happened_at = transaction.success_time
    outcome.payer = payer_of(transaction)
  elseif is_in(WAITING, transaction.trade_state) then
    outcome.kind = "pending"
  elseif is_in(CLOSED, transaction.trade_state) then
    outcome.kind = "closed"
  else
    outcome.kind = "unknown"
  end
  return outcome
end

local function decode_transaction(text)
  return json.decode(
    text, "trade_state_desc", "success_time", "transaction_id", "payer", "payer.openid")
end

return {
  DEFAULT_TILL_IP = DEFAULT_TILL_IP, payer_of = payer_of,
  order_path = order_path, order_of = order_of, read_transaction = read_transaction,
  decode_transaction = decode_transaction,
}
