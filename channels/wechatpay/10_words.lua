-- The words of the channel's tables and what each means here. A code that is in no table is
-- unknown.

-- What an error code says about the request it answers, as far as a 4xx can be believed: these
-- answers need not be signed.
local NOTHING_SENT = { "FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED", "FREQUENCY_LIMIT_EXCEED" }
local OUR_SETUP = { "PARAM_ERROR", "APPID_MCHID_NOT_MATCH", "MCH_NOT_EXISTS", "NO_AUTH" }
local REFUSED = {
  "RULE_LIMIT", "RULELIMIT", "TRADE_ERROR", "USER_ACCOUNT_ABNORMAL", "ACCOUNT_ERROR",
  "ORDER_CLOSED", "ORDERCLOSED",
}
-- A code that is used up or cannot be charged: the payer shows a fresh one for another payment.
local CODE_REFUSED = {
  "RULE_LIMIT", "RULELIMIT", "TRADE_ERROR", "USER_ACCOUNT_ABNORMAL", "ACCOUNT_ERROR",
  "ORDER_CLOSED", "ORDERCLOSED", "ORDERREVERSED", "AUTHCODEEXPIRE", "AUTH_CODE_ERROR",
  "AUTH_CODE_INVALID", "NOT_ENOUGH", "NOTENOUGH", "NOTSUPORTCARD", "BUYER_MISMATCH",
}
local REFUND_REFUSED = {
  "RULE_LIMIT", "RULELIMIT", "TRADE_ERROR", "USER_ACCOUNT_ABNORMAL", "ACCOUNT_ERROR",
  "TRADE_OVERDUE",
}
-- What cannot be refunded, or another refund under the same number.
local REFUND_TURNED_AWAY = { "INVALID_REQUEST", "REFUND_FEE_MISMATCH" }
local NO_SUCH_RESOURCE = { "RESOURCE_NOT_EXISTS" }
local NO_SUCH_ORDER = { "ORDER_NOT_EXIST", "ORDERNOTEXIST" }
local CLOSED_BEFORE = { "ORDER_CLOSED", "ORDERCLOSED" }
local REVERSED_BEFORE = { "ORDER_CLOSED", "ORDERCLOSED", "ORDERREVERSED" }

-- NOTPAY and USERPAYING wait for the payer. A code whose payment failed can be scanned again until
-- it is closed, so PAYERROR waits too.
local WAITING = { "NOTPAY", "USERPAYING", "PAYERROR" }
local PAID = { "SUCCESS", "REFUND" }
local CLOSED = { "CLOSED", "REVOKED" }

-- A refund that was closed or that no account of the payer can take has not reached the payer, and
-- will not: the code says which of the two it was.
local REFUND_KINDS = {
  SUCCESS = "succeeded", PROCESSING = "pending", CLOSED = "refused", ABNORMAL = "refused",
}

-- TRANSFERING is the channel's own spelling. What a payee does not confirm for a day has failed.
local BILL_KINDS = {
  ACCEPTED = "pending", PROCESSING = "pending", WAIT_USER_CONFIRM = "pending",
  TRANSFERING = "pending", CANCELING = "pending", SUCCESS = "succeeded", FAIL = "refused",
  CANCELLED = "closed",
}
local BATCH_KINDS = {
  WAIT_PAY = "pending", ACCEPTED = "pending", PROCESSING = "pending", CLOSED = "closed",
}
-- Short of our money: nothing was taken, and the same number may be sent again.
local NO_FUNDS = { "NOT_ENOUGH", "NOTENOUGH" }
local NO_SUCH_TRANSFER = { "RESOURCE_NOT_EXISTS", "NOT_FOUND" }

-- API v2 takes payers' codes; its tables are its own. Nothing in them is safe to send again.
local V2_OUR_SETUP = {
  "PARAM_ERROR", "APPID_NOT_EXIST", "MCHID_NOT_EXIST", "APPID_MCHID_NOT_MATCH", "LACK_PARAMS",
  "SIGNERROR", "XML_FORMAT_ERROR", "REQUIRE_POST_METHOD", "NOT_UTF8", "NOAUTH", "INVALID_REQUEST",
}
local V2_CODE_REFUSED = {
  "AUTHCODEEXPIRE", "AUTH_CODE_ERROR", "AUTH_CODE_INVALID", "NOTENOUGH", "NOTSUPORTCARD",
  "BUYER_MISMATCH", "TRADE_ERROR", "RULELIMIT", "ORDERCLOSED", "ORDERREVERSED",
}
local V2_PAYER_ACTS = { "USERPAYING" }
-- ACCEPT: taken, and to be deducted later.
local V2_WAITING = { "NOTPAY", "USERPAYING", "PAYERROR", "ACCEPT" }

return {
  V2_OUR_SETUP = V2_OUR_SETUP, V2_CODE_REFUSED = V2_CODE_REFUSED, V2_PAYER_ACTS = V2_PAYER_ACTS,
  V2_WAITING = V2_WAITING,
  BILL_KINDS = BILL_KINDS, BATCH_KINDS = BATCH_KINDS, NO_FUNDS = NO_FUNDS,
  NO_SUCH_TRANSFER = NO_SUCH_TRANSFER,
  NOTHING_SENT = NOTHING_SENT, OUR_SETUP = OUR_SETUP, REFUSED = REFUSED,
  CODE_REFUSED = CODE_REFUSED, REFUND_REFUSED = REFUND_REFUSED,
  REFUND_TURNED_AWAY = REFUND_TURNED_AWAY, NO_SUCH_RESOURCE = NO_SUCH_RESOURCE,
  NO_SUCH_ORDER = NO_SUCH_ORDER, CLOSED_BEFORE = CLOSED_BEFORE,
  REVERSED_BEFORE = REVERSED_BEFORE, WAITING = WAITING, PAID = PAID,
  CLOSED = CLOSED, REFUND_KINDS = REFUND_KINDS,
}
