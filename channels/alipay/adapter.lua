-- Alipay, gateway.do: the payer scans our code, shows one, or is sent to a page or the app; refunds
-- and transfers. The contract is in channels/CONTRACT.md, which word of the channel means what in
-- README.md beside this file; 10_words.lua has the words, 20_gateway.lua what all calls share,
-- 40_transfer.lua transfers.

-- A code stays good until its expiry, and the channel knows no order before the payer came: so long
-- after the expiry nobody can come any more.
local LATEST_PAYER_SECONDS = 60
local EXPIRY_SECONDS_MIN = 60

-- Request ---------------------------------------------------------------------------------------

-- When the channel ends the order by itself: the same however often it is asked.
local function expiry(instruction)
  return math.max(instruction.expires_at, instruction.created_at + EXPIRY_SECONDS_MIN)
end

-- Some characters are not allowed in what the payer reads.
local function subject_of(instruction)
  local subject = text.gsub(instruction.description, "[/=&]", " ")
  if subject == "" then return instruction.number end
  return subject
end

local function order_of(instruction, product)
  return {
    out_trade_no = instruction.number,
    total_amount = instruction.amount:decimal(),
    subject = subject_of(instruction),
    product_code = product,
    time_expire = beijing(expiry(instruction)),
  }
end

-- What most contracts for codes name; others have a product of their own for either kind of code.
local FACE_TO_FACE = "FACE_TO_FACE_PAYMENT"

-- The code that the payer shows: taken at once, so nothing is told of it and we ask.
local function pay_by_code(instruction, account, context)
  local order = order_of(instruction, account.settings.barcode_product or FACE_TO_FACE)
  order.scene, order.auth_code = "bar_code", instruction.payer.auth_code
  return call(account, context, "alipay.trade.pay", order)
end

-- Every part but the time is the same when it is sent again: the channel goes on with the same
-- trade.
local function create(instruction, account, context)
  if instruction.scene == "barcode" then return pay_by_code(instruction, account, context) end
  local order = order_of(instruction, account.settings.qr_product or FACE_TO_FACE)
  return call(
    account, context, "alipay.trade.precreate", order, { notify_url = account.callback_url })
end

-- What the payer's browser or app takes to the channel: signed like a request, never sent by us.
local PAGES = {
  page = { method = "alipay.trade.page.pay", product = "FAST_INSTANT_TRADE_PAY" },
  wap = { method = "alipay.trade.wap.pay", product = "QUICK_WAP_WAY" },
  app = { method = "alipay.trade.app.pay", product = "QUICK_MSECURITY_PAY" },
}

local function hand_over(instruction, account, context)
  local page = PAGES[instruction.scene]
  local more = { notify_url = account.callback_url }
  local is_app = instruction.scene == "app"
  if not is_app and account.settings.return_url then
    more.return_url = account.settings.return_url
  end
  local text_of_it = form.encode(
    signed(account, context, page.method, order_of(instruction, page.product), more))
  if is_app then return { type = "app", order_string = text_of_it } end
  return { type = "redirect", url = account.settings.base_url .. "/gateway.do?" .. text_of_it }
end

local function query(instruction, account, context)
  return call(account, context, "alipay.trade.query", { out_trade_no = instruction.number })
end

-- What was taken by a code is cancelled: closed when it is unpaid, given back when it is paid.
local function close(instruction, account, context)
  local method = instruction.scene == "barcode" and "alipay.trade.cancel" or "alipay.trade.close"
  return call(account, context, method, { out_trade_no = instruction.number })
end

local function original_of(instruction)
  local original = instruction.original
  if original.channel_reference ~= "" then return { trade_no = original.channel_reference } end
  return { out_trade_no = original.number }
end

local function refund(instruction, account, context)
  local content = original_of(instruction)
  content.refund_amount = instruction.amount:decimal()
  content.out_request_no = instruction.number
  if instruction.reason ~= "" then content.refund_reason = instruction.reason end
  return call(account, context, "alipay.trade.refund", content)
end

local function query_refund(instruction, account, context)
  local content = original_of(instruction)
  content.out_request_no = instruction.number
  content.query_options = { "gmt_refund_pay" }
  return call(account, context, "alipay.trade.fastpay.refund.query", content)
end

-- Answer ----------------------------------------------------------------------------------------

-- Also "done" waits for a query: until then the channel may still take it back.
local function paid_by_code(answer)
  local record, outcome = record_of(answer, "alipay.trade.pay", "out_trade_no", "trade_no")
  if not record then return outcome end
  if record.code ~= SUCCESS and record.code ~= PAYER_ACTS then
    return refusal(record, COLLECT_WORDS)
  end
  return {
    kind = "pending", code = "CODE_" .. record.code, number = record.out_trade_no,
    channel_reference = record.trade_no,
  }
end

local function created(instruction, account, answer, context)
  if instruction.scene == "barcode" then return paid_by_code(answer) end
  local record, outcome = record_of(answer, "alipay.trade.precreate", "qr_code", "out_trade_no")
  if not record then return outcome end
  if record.code ~= SUCCESS then return refusal(record, COLLECT_WORDS) end
  if not record.qr_code then return unknown("NO_QR_CODE") end
  return {
    kind = "pending", number = record.out_trade_no,
    next_action = { type = "qr_code", code_url = record.qr_code },
  }
end

-- What is said of a trade, asked or unasked. Without our number and an amount that can be read
-- nothing is known, nor of a closed one that had been paid: somebody gave it back without us.
local function read_trade(trade, paid_at, user_id, account)
  local amount = yuan(trade.total_amount)
  local outcome = {
    kind = TRADE_KINDS[trade.trade_status] or "unknown",
    code = trade.trade_status,
    number = trade.out_trade_no,
    channel_reference = trade.trade_no,
    amount = amount,
  }
  local is_named = amount and outcome.number
  if not is_named and outcome.kind == "succeeded" then outcome.kind = "unknown" end
  if outcome.kind == "closed" and paid_at then outcome.kind = "unknown" end
  if outcome.kind == "succeeded" then
    outcome.happened_at = moment(paid_at)
    outcome.payer = payer_of(user_id, trade.buyer_open_id, account)
  end
  return outcome
end

-- Whether a payer may still come to an order that the channel does not know yet: not to one that
-- began with the payer's own code.
local function may_still_come(instruction, context)
  if instruction.scene == "barcode" then return false end
  return context.now <= expiry(instruction) + LATEST_PAYER_SECONDS
end

local function queried(instruction, account, answer, context)
  local record, outcome = record_of(
    answer, "alipay.trade.query", "trade_status", "trade_no", "out_trade_no", "total_amount",
    "send_pay_date", "buyer_user_id", "buyer_open_id")
  if not record then return outcome end
  if record.code == SUCCESS then
    if not record.trade_status then return unknown("NO_TRADE_STATUS") end
    local told = read_trade(record, record.send_pay_date, record.buyer_user_id, account)
    -- What was taken by a code we may have given back ourselves: that is how its cancel ends.
    local is_cancelled = instruction.scene == "barcode" and record.trade_status == "TRADE_CLOSED"
    if is_cancelled then told.kind = "closed" end
    return told
  end
  local refused = refusal(record)
  if record.code == BUSINESS_FAILED and refused.code == "TRADE_NOT_EXIST" then
    refused.kind = may_still_come(instruction, context) and "pending" or "not_found"
  end
  return refused
end

-- Without an action there was no such trade.
local CANCEL_ACTIONS = { close = "closed", refund = "closed" }

local function cancelled(answer)
  local record, outcome = record_of(
    answer, "alipay.trade.cancel", "out_trade_no", "trade_no", "retry_flag", "action")
  if not record then return outcome end
  if record.code ~= SUCCESS then return refusal(record, CANCEL_WORDS) end
  if record.retry_flag ~= "N" then return unknown("RETRY_FLAG_" .. (record.retry_flag or "")) end
  if not record.action then return { kind = "not_found", code = "NO_ACTION" } end
  return {
    kind = CANCEL_ACTIONS[record.action] or "unknown", code = record.action,
    number = record.out_trade_no,
  }
end

-- A code that nobody scanned cannot be closed: it lives until its expiry.
local function closed(instruction, account, answer, context)
  if instruction.scene == "barcode" then return cancelled(answer) end
  local record, outcome = record_of(answer, "alipay.trade.close", "out_trade_no", "trade_no")
  if not record then return outcome end
  if record.code == SUCCESS then
    return { kind = "closed", number = record.out_trade_no }
  end
  local refused = refusal(record, CLOSE_WORDS)
  if record.code == BUSINESS_FAILED and refused.code == "TRADE_NOT_EXIST" then
    refused.kind = may_still_come(instruction, context) and "unknown" or "not_found"
  end
  return refused
end

-- The payment that was refunded must be ours; another one makes it another number.
local function number_of(record, instruction)
  local original, number = instruction.original, record.out_request_no or instruction.number
  local reference = original.channel_reference
  if record.out_trade_no ~= original.number then
    return number .. " of order " .. (record.out_trade_no or "none")
  end
  if reference ~= "" and record.trade_no ~= reference then
    return number .. " of trade " .. (record.trade_no or "none")
  end
  return number
end

-- The answer names only what was given back of the trade so far: it must have room for this one.
local function refunded(instruction, account, answer, context)
  local record, outcome = record_of(
    answer, "alipay.trade.refund", "trade_no", "out_trade_no", "refund_fee", "fund_change",
    "out_request_no")
  if not record then return outcome end
  if record.code ~= SUCCESS then return refusal(record, REFUND_WORDS, REFUND_TURNED_AWAY) end
  if record.fund_change ~= "Y" then return unknown("FUND_CHANGE_" .. (record.fund_change or "")) end
  local so_far = yuan(record.refund_fee)
  local fits = so_far and so_far >= instruction.amount and so_far <= instruction.original.amount
  if not fits then return unknown("REFUND_FEE_DIFFERS") end
  return {
    kind = "succeeded", code = "FUND_CHANGE_Y", number = number_of(record, instruction),
    amount = instruction.amount, channel_reference = record.trade_no,
  }
end

local function queried_refund(instruction, account, answer, context)
  local record, outcome = record_of(
    answer, "alipay.trade.fastpay.refund.query", "trade_no", "out_trade_no", "out_request_no",
    "refund_amount", "refund_status", "gmt_refund_pay")
  if not record then return outcome end
  if record.code ~= SUCCESS then return refusal(record, REFUND_QUERY_WORDS) end
  if not record.refund_status then return { kind = "not_found", code = "NO_REFUND" } end
  if record.refund_status ~= "REFUND_SUCCESS" then return unknown(record.refund_status) end
  local amount = yuan(record.refund_amount)
  if not amount then return unknown("NO_REFUND_AMOUNT") end
  return {
    kind = "succeeded", code = record.refund_status, number = number_of(record, instruction),
    amount = amount, channel_reference = record.trade_no,
    happened_at = moment(record.gmt_refund_pay),
  }
end

-- Notice ----------------------------------------------------------------------------------------

local function refuse(status, message)
  return { refuse = { status = status, body = message } }
end

-- Whether one of the channel's keys signed it. Some notices are signed without their empty values.
local function is_authentic(notice, charset)
  local all, filled = {}, {}
  for name, value in pairs(notice) do
    if name ~= "sign" and name ~= "sign_type" then
      list.insert(all, name .. "=" .. value)
      if value ~= "" then list.insert(filled, name .. "=" .. value) end
    end
  end
  for _, parts in ipairs({ all, filled }) do
    local signed_text = list.concat(parts, "&")
    for _, key in ipairs(crypto.public_keys()) do
      if crypto.verify_rsa_sha256(key, signed_text, notice.sign, charset) then return true end
    end
  end
  return false
end

-- The merchant that the notice names; a foreign application makes it another merchant.
local function merchant_of(notice, account)
  local seller = notice.seller_id or account.merchant
  if notice.app_id == account.settings.app_id then return seller end
  return seller .. " with app_id " .. (notice.app_id or "none")
end

-- What was given back since does not make it unpaid; a trade that ended by it says nothing new.
local function read_notice(notice, account)
  local outcome = read_trade(notice, notice.gmt_payment, notice.buyer_id, account)
  outcome.merchant = merchant_of(notice, account)
  if outcome.kind == "closed" and (notice.gmt_refund or notice.refund_fee) then
    outcome.kind = "unknown"
  end
  return outcome
end

local function callback(account, message, context)
  local charset = text.match("&" .. message.body, "&charset=([%w%-]+)") or "utf-8"
  local notice = form.decode(
    message.body, charset, "sign", "notify_type", "app_id", "seller_id", "out_trade_no",
    "trade_no", "trade_status", "total_amount", "gmt_payment", "gmt_refund", "refund_fee",
    "buyer_id", "buyer_open_id")
  if not notice then return refuse(400, "no form") end
  if not notice.sign then return refuse(401, "SIGNATURE_MISSING") end
  if not is_authentic(notice, charset) then return refuse(401, "SIGNATURE_INVALID") end
  if notice.notify_type ~= "trade_status_sync" then return refuse(400, "not expected here") end
  if not (notice.out_trade_no and notice.trade_status) then return refuse(400, "no trade") end
  return {
    number = notice.out_trade_no,
    outcome = read_notice(notice, account),
    ack = { status = 200, body = "success" },
  }
end

return {
  name = "alipay",
  title = { en = "Alipay", zh = "支付宝" },
  capabilities = {
    scenes = { "qr", "barcode", "page", "wap", "app" },
    handed_over = { "page", "wap", "app" },
    charged_at_once = { "barcode" },
    currencies = { "CNY" },
    amount_min_minor = 1,
    amount_max_minor = 10000000000,
    expiry_max_seconds = 1296000,
    description_max_bytes = 256,
    not_found_after_seconds = 120,
    refund = { window_seconds = 31536000, parts_max = 1000, reason_max_bytes = 256 },
    payout = {
      methods = { "alipay", "bank_account" },
      amount_min_minor = 10, amount_max_minor = 10000000000,
    },
  },
  answer_headers = {},
  masked = { "buyer_logon_id", "buyer_user_id", "buyer_open_id", "buyer_id" },
  callback_type = "application/x-www-form-urlencoded",
  operations = {
    collect = {
      resend = "idempotent", request = create, response = created, hand_over = hand_over,
    },
    query = { resend = "idempotent", request = query, response = queried },
    close = { resend = "idempotent", request = close, response = closed },
    refund = { resend = "idempotent", request = refund, response = refunded },
    refund_query = { resend = "idempotent", request = query_refund, response = queried_refund },
    payout = { resend = "idempotent", request = transfer, response = transferred },
    payout_query = {
      resend = "idempotent", request = query_transfer, response = queried_transfer,
    },
  },
  bills = BILLS,
  callback = callback,
}
