-- Bills: where a day's file lies, how it is fetched, and how its lines are written.

-- NO_STATEMENT_EXIST is an answer: nothing happened that day.
local BILL_WORDS = { NO_STATEMENT_EXIST = "empty", STATEMENT_CREATING = "not_ready" }

local function asking(path)
  return function(wanted, account, context)
    return signed(account, context, {
      method = "GET", path = path .. wanted.day .. "&tar_type=GZIP",
    })
  end
end

local function told(wanted, account, answer, context)
  if answer.status ~= 200 then
    local problem = refusal(answer, {})
    local kind = answer.status == 400 and BILL_WORDS[problem.code] or problem.kind
    if kind == "not_sent" then kind = "not_ready" end
    return { kind = kind, code = problem.code, message = problem.message }
  end
  local why = doubt(answer.headers, answer.body, context)
  if why then return unknown(why) end
  local bill = json.decode(answer.body, "download_url", "hash_type", "hash_value")
  if not (bill and bill.download_url) then return unknown("NO_DOWNLOAD_URL") end
  -- Nothing else vouches for the file.
  local hash = bill.hash_type == "SHA1" and bill.hash_value
  if type(hash) ~= "string" or #hash ~= 40 then return unknown("NO_HASH") end
  return { kind = "found", url = bill.download_url, sha1 = hash }
end

-- The file is asked for with a signature of its own address; its answer carries none: the hash of
-- the first answer vouches for it.
local function fetching(wanted, account, context)
  local path = text.match(wanted.url, "^https?://[^/]+(/.*)$")
  if not path then mistake("download_url has no path") end
  local request = signed(account, context, { method = "GET", path = path })
  return { method = "GET", url = wanted.url, headers = request.headers }
end

-- By name, whatever their order: archives have older names, and some files more columns.
local TRADE = {
  mark = "`",
  columns = {
    at = { "交易时间" }, kind = { "交易状态" }, number = { "商户订单号" }, reference = { "微信订单号" },
    refund_number = { "商户退款单号" }, refund_reference = { "微信退款单号" }, status = { "退款状态" },
    fee = { "手续费" }, paid = { "订单金额", "应结订单金额", "总金额" },
    refunded = { "申请退款金额", "退款金额" },
  },
  kinds = { SUCCESS = "payment", REFUND = "refund", REVOKED = "reversal" },
}

local FUNDS = {
  mark = "`",
  columns = {
    at = { "记账时间" }, kind = { "收支类型" }, number = { "业务凭证号" }, reference = { "微信支付业务单号" },
    refund_reference = { "资金流水单号" }, status = { "业务类型" }, paid = { "收支金额(元)", "收支金额" },
  },
  kinds = { ["收入"] = "income", ["支出"] = "expense" },
}

local BILLS = {
  trade = {
    request = asking("/v3/bill/tradebill?bill_type=ALL&bill_date="), response = told,
    fetch = fetching, packed = "gzip", charset = "utf-8", layout = TRADE,
  },
  funds = {
    request = asking("/v3/bill/fundflowbill?account_type=BASIC&bill_date="), response = told,
    fetch = fetching, packed = "gzip", charset = "utf-8", layout = FUNDS,
  },
}

return { BILLS = BILLS }
