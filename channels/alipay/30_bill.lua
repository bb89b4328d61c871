-- Bills: where a day's archive lies, and how its lines are written.

local BILL_WORDS = {
  NO_BILL_DATA = "empty", BILL_NOT_EXIST = "empty", SYSTEM_RATE_LIMIT = "not_ready",
  USER_RATE_LIMIT = "not_ready",
}
local METHOD = "alipay.data.dataservice.bill.downloadurl.query"

local function ask(wanted, account, context)
  return call(account, context, METHOD, { bill_type = "trade", bill_date = wanted.day })
end

local function told(wanted, account, answer, context)
  local record, outcome = record_of(answer, METHOD, "bill_download_url")
  if not record then return outcome end
  if record.code == SUCCESS then
    if not record.bill_download_url then return unknown("NO_DOWNLOAD_URL") end
    return { kind = "found", url = record.bill_download_url }
  end
  local refused = refusal(record)
  local kind = record.code == BUSINESS_FAILED and BILL_WORDS[refused.code] or refused.kind
  if kind == "not_sent" then kind = "not_ready" end
  return { kind = kind, code = refused.code, message = refused.message }
end

-- The address is good for half a minute and for whoever has it; it is told without TLS, and nobody
-- on the way shall read or change a bill that no hash vouches for.
local PLAIN, SAFE = "^http://dwbillcenter%.alipay%.com/", "https://dwbillcenter.alipay.com/"

local function fetch(wanted)
  return { method = "GET", url = text.gsub(wanted.url, PLAIN, SAFE) }
end

local TRADE = {
  comment = "#",
  columns = {
    at = { "完成时间" }, kind = { "业务类型" }, number = { "商户订单号" }, reference = { "支付宝交易号" },
    refund_number = { "退款批次号/请求号" }, fee = { "服务费（元）" }, paid = { "订单金额（元）" },
    refunded = { "订单金额（元）" },
  },
  kinds = { ["交易"] = "payment", ["退款"] = "refund" },
}

local BILLS = {
  trade = {
    request = ask, response = told, fetch = fetch, packed = "zip", without = "汇总",
    charset = "GBK", layout = TRADE,
  },
}

return { BILLS = BILLS }
