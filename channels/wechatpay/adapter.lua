-- WeChat Pay API v3: the payer scans a code (native) or pays inside WeChat (jsapi), in a browser
-- (h5), an app, or by a code shown at the till; refunds, transfers, keys and bills. The contract is
-- in channels/CONTRACT.md, which word of the channel means what in README.md beside this file;
-- 10_words.lua has the words, 20_exchange.lua what all calls share, 30_order.lua what an order is,
-- 40_barcode.lua the till, over API v2 as 35_barcode_v2.lua says; transfers, bills and keys have a
-- file each.

-- Request ---------------------------------------------------------------------------------------

-- How the payer comes to the order: the end of the path that creates it.
local KINDS = { qr = "native", jsapi = "jsapi", h5 = "h5", app = "app" }

-- Every part but nonce and time is the same when it is sent again: the channel then answers with
-- the same order.
local function create(instruction, account, context)
  if instruction.scene == "barcode" then return charge_code(instruction, account, context) end
  local payer, order = instruction.payer, order_of(instruction, account)
  order.time_expire = time.rfc3339(instruction.expires_at, BEIJING_MINUTES)
  order.notify_url = account.callback_url
  if instruction.scene == "jsapi" then order.payer = { openid = payer.openid } end
  if instruction.scene == "h5" then
    order.scene_info = {
      payer_client_ip = payer.client_ip, h5_info = { type = payer.device_type or "Wap" },
    }
  end
  return signed(account, context, {
    method = "POST",
    path = "/v3/pay/transactions/" .. KINDS[instruction.scene],
    body = json.encode(order),
  })
end

local function query(instruction, account, context)
  if instruction.scene == "barcode" and by_v2(account) then
    return query_code_v2(instruction, account, context)
  end
  return signed(account, context, {
    method = "GET",
    path = order_path(instruction) .. "?mchid=" .. account.settings.mchid,
  })
end

local function close(instruction, account, context)
  if instruction.scene == "barcode" then return reverse(instruction, account, context) end
  return signed(account, context, {
    method = "POST",
    path = order_path(instruction) .. "/close",
    body = json.encode({ mchid = account.settings.mchid }),
  })
end

-- The same number and amount again is the same refund at the channel. Its total is the whole order.
local function refund(instruction, account, context)
  local original = instruction.original
  local body = {
    out_refund_no = instruction.number,
    notify_url = account.callback_url,
    amount = {
      refund = instruction.amount:minor(),
      total = original.amount:minor(),
      currency = instruction.amount:currency(),
    },
  }
  if original.channel_reference ~= "" then
    body.transaction_id = original.channel_reference
  else
    body.out_trade_no = original.number
  end
  if instruction.reason ~= "" then body.reason = instruction.reason end
  return signed(account, context, {
    method = "POST", path = "/v3/refund/domestic/refunds", body = json.encode(body),
  })
end

local function query_refund(instruction, account, context)
  return signed(account, context, {
    method = "GET", path = "/v3/refund/domestic/refunds/" .. instruction.number,
  })
end

-- Answer ----------------------------------------------------------------------------------------

-- What the payer's app or page calls the channel with: signed by the merchant, over four lines.
local function client_call(account, context, last_line)
  local stamp = tostring(context.now)
  local text_of_it = account.settings.appid .. "\n" .. stamp .. "\n" .. context.nonce .. "\n"
    .. last_line .. "\n"
  return stamp, crypto.sign_rsa_sha256("merchant_key", text_of_it)
end

-- What the payer needs, made of what each scene's answer names.
local NEXT_ACTIONS = {
  qr = function(body)
    return body.code_url and { type = "qr_code", code_url = body.code_url }
  end,

  h5 = function(body, account)
    local url, back = body.h5_url, account.settings.return_url
    if url and back then url = url .. "&" .. form.encode({ redirect_url = back }) end
    return url and { type = "redirect", url = url }
  end,

  jsapi = function(body, account, context)
    if not body.prepay_id then return nil end
    local package = "prepay_id=" .. body.prepay_id
    local stamp, signature = client_call(account, context, package)
    return {
      type = "jsapi",
      parameters = {
        appId = account.settings.appid, timeStamp = stamp, nonceStr = context.nonce,
        package = package, signType = "RSA", paySign = signature,
      },
    }
  end,

  app = function(body, account, context)
    if not body.prepay_id then return nil end
    local stamp, signature = client_call(account, context, body.prepay_id)
    return {
      type = "app",
      parameters = {
        appId = account.settings.appid, partnerId = account.settings.mchid,
        prepayId = body.prepay_id, packageValue = "Sign=WXPay", nonceStr = context.nonce,
        timeStamp = stamp, sign = signature,
      },
    }
  end,
}
local MISSING = {
  qr = "NO_CODE_URL", h5 = "NO_H5_URL", jsapi = "NO_PREPAY_ID", app = "NO_PREPAY_ID",
}

local function created(instruction, account, answer, context)
  if instruction.scene == "barcode" then
    return charged_code(instruction, account, answer, context)
  end
  if answer.status ~= 200 then
    return refusal(answer, { { codes = REFUSED, kind = "refused" } })
  end
  local why = doubt(answer.headers, answer.body, context)
  if why then return unknown(why) end
  local scene = instruction.scene
  local body = json.decode(answer.body, "code_url", "h5_url", "prepay_id")
  local action = body and NEXT_ACTIONS[scene](body, account, context)
  if not action then return unknown(MISSING[scene]) end
  return { kind = "pending", next_action = action }
end

local function queried(instruction, account, answer, context)
  if instruction.scene == "barcode" and by_v2(account) then
    return queried_code_v2(account, answer)
  end
  if answer.status ~= 200 then
    return refusal_of_question(
      answer, context, { { codes = NO_SUCH_ORDER, kind = "not_found" } })
  end
  local why = doubt(answer.headers, answer.body, context)
  if why then return unknown(why) end
  local transaction = decode_transaction(answer.body)
  if not transaction then return unknown("NO_TRANSACTION") end
  return read_transaction(transaction, account)
end

local function closed(instruction, account, answer, context)
  if instruction.scene == "barcode" then return reversed(instruction, account, answer, context) end
  if answer.status ~= 204 then
    return refusal(answer, {
      { codes = CLOSED_BEFORE, kind = "closed" },
      { codes = NO_SUCH_ORDER, kind = "not_found" },
    })
  end
  local why = doubt(answer.headers, answer.body, context)
  if why then return unknown(why) end
  return { kind = "closed" }
end

-- What the channel says of a refund, asked or unasked. Only unasked it names the merchant, and no
-- currency. Money that took another road than the payment's is worth a word.
local function read_refund(status, refund)
  local outcome = {
    kind = REFUND_KINDS[status] or "unknown",
    code = status,
    number = refund.out_refund_no,
    merchant = refund.mchid,
    channel_reference = refund.refund_id,
    amount = money(refund.amount.refund, refund.amount.currency or "CNY"),
  }
  if outcome.kind == "succeeded" then outcome.happened_at = refund.success_time end
  if refund.channel and refund.channel ~= "ORIGINAL" then
    outcome.message = "refunded by " .. refund.channel
  end
  return outcome
end

local function decode_refund(text)
  return json.decode(text, "mchid", "channel", "success_time", "amount.currency")
end

-- The payment that was refunded must be ours; another one makes it another number.
local function number_of(refund, instruction)
  local original = instruction.original
  local reference = original.channel_reference
  if refund.out_trade_no ~= original.number then
    return refund.out_refund_no .. " of order " .. refund.out_trade_no
  end
  if reference ~= "" and refund.transaction_id ~= reference then
    return refund.out_refund_no .. " of transaction " .. refund.transaction_id
  end
  return refund.out_refund_no
end

local function answered_refund(instruction, answer, context)
  local why = doubt(answer.headers, answer.body, context)
  if why then return unknown(why) end
  local refund = decode_refund(answer.body)
  if not refund then return unknown("NO_REFUND") end
  local outcome = read_refund(refund.status, refund)
  outcome.number = number_of(refund, instruction)
  return outcome
end

-- An order that the channel does not find refused nothing for good: the same refund may be sent
-- again.
local function refunded(instruction, account, answer, context)
  if answer.status ~= 200 then
    return refusal(answer, {
      { codes = REFUND_REFUSED, kind = "refused" },
      { codes = NO_FUNDS, kind = "not_sent" },
      { codes = REFUND_TURNED_AWAY, kind = "unknown", refused_unless_found = true },
      { codes = NO_SUCH_RESOURCE, kind = "not_sent" },
    })
  end
  return answered_refund(instruction, answer, context)
end

local function queried_refund(instruction, account, answer, context)
  if answer.status ~= 200 then
    return refusal_of_question(
      answer, context, { { codes = NO_SUCH_RESOURCE, kind = "not_found" } })
  end
  return answered_refund(instruction, answer, context)
end

-- Callback --------------------------------------------------------------------------------------

local function refuse(status, message)
  return { refuse = { status = status, body = { code = "FAIL", message = message } } }
end

local function payment_told(plain, account)
  local transaction = decode_transaction(plain)
  if not transaction then return nil end
  return {
    number = transaction.out_trade_no,
    outcome = read_transaction(transaction, account),
    ack = { status = 204 },
  }
end

local function refund_told(plain)
  local refund = decode_refund(plain)
  if not refund then return nil end
  return {
    operation = "refund",
    number = refund.out_refund_no,
    outcome = read_refund(refund.refund_status, refund),
    ack = { status = 204 },
  }
end

-- What each notice is about, and who reads it once it is opened.
local READERS = {
  ["TRANSACTION.SUCCESS"] = payment_told,
  ["REFUND.SUCCESS"] = refund_told, ["REFUND.ABNORMAL"] = refund_told,
  ["REFUND.CLOSED"] = refund_told,
  ["MCHTRANSFER.BILL.FINISHED"] = bill_told,
  ["MCHTRANSFER.BATCH.FINISHED"] = batch_told, ["MCHTRANSFER.BATCH.CLOSED"] = batch_told,
}

local function callback(account, message, context)
  local why = doubt(message.headers, message.body, context)
  if why then return refuse(401, why) end
  local notice = json.decode(message.body, "event_type", "resource", "resource.associated_data")
  if not notice or type(notice.resource) ~= "table" then return refuse(400, "no resource") end
  local read = READERS[notice.event_type or ""]
  if not read then return refuse(400, "not expected here") end
  local resource = notice.resource
  local plain = crypto.decrypt_aes_256_gcm(
    "api_v3_key", resource.nonce, resource.associated_data or "", resource.ciphertext)
  if not plain then return refuse(500, "the resource cannot be decrypted") end
  return read(plain, account) or refuse(400, "nothing is told")
end

return {
  name = "wechatpay",
  title = { en = "WeChat Pay", zh = "微信支付" },
  capabilities = {
    scenes = { "qr", "jsapi", "h5", "app", "barcode" },
    charged_at_once = { "barcode" },
    currencies = { "CNY" },
    amount_min_minor = 1,
    amount_max_minor = 5000000000,
    expiry_max_seconds = 604800,
    description_max_bytes = 127,
    not_found_after_seconds = 60,
    refund = { window_seconds = 31536000, parts_max = 50, reason_max_bytes = 80 },
    payout = {
      methods = { "wechatpay" }, amount_min_minor = 10, amount_max_minor = 20000000,
      description_max_bytes = 32,
    },
  },
  answer_headers = {
    "wechatpay-timestamp", "wechatpay-nonce", "wechatpay-serial", "wechatpay-signature",
  },
  masked = { "openid", "user_received_account" },
  callback_type = "application/json",
  operations = {
    collect = { resend = "idempotent", request = create, response = created },
    query = { resend = "idempotent", request = query, response = queried },
    close = { resend = "idempotent", request = close, response = closed },
    refund = { resend = "idempotent", request = refund, response = refunded },
    refund_query = { resend = "idempotent", request = query_refund, response = queried_refund },
    payout = { resend = "query_first", request = transfer, response = transferred },
    payout_query = {
      resend = "idempotent", request = query_transfer, response = queried_transfer,
    },
  },
  keys = KEYS,
  bills = BILLS,
  callback = callback,
}
