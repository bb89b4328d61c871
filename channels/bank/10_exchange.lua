-- What all messages of the bank have in common: the signature, and what a refusal proves. The
-- protocol, and which word of the bank means what, is in README.md beside this file.

local CLOCK_SKEW_SECONDS = 300

local function signed_text(parts)
  return parts.first .. "\n" .. parts.second .. "\n" .. parts.timestamp .. "\n" .. parts.nonce
    .. "\n" .. crypto.sha256(parts.body) .. "\n"
end

local function signed(account, context, request)
  local text = signed_text({
    first = request.method, second = request.path, timestamp = context.now,
    nonce = context.nonce, body = request.body or "",
  })
  local headers = {
    ["Bank-Account"] = account.merchant,
    ["Bank-Timestamp"] = tostring(context.now),
    ["Bank-Nonce"] = context.nonce,
    ["Bank-Signature"] = crypto.hmac_sha256("bank_key", text),
  }
  if request.body then headers["Content-Type"] = "application/json" end
  return { method = request.method, path = request.path, headers = headers, body = request.body }
end

-- Why the message is not the bank's; nil when it is.
local function doubt(message, account, context)
  local headers = message.headers
  local timestamp, nonce = headers["bank-timestamp"], headers["bank-nonce"]
  local signature = headers["bank-signature"]
  if not (timestamp and nonce and signature) then return "SIGNATURE_MISSING" end
  local seconds = tonumber(timestamp)
  if not seconds then return "SIGNATURE_MISSING" end
  local age = context.now - seconds
  if age > CLOCK_SKEW_SECONDS or age < -CLOCK_SKEW_SECONDS then return "SIGNATURE_STALE" end
  if headers["bank-account"] ~= account.merchant then return "SIGNATURE_OF_ANOTHER_ACCOUNT" end
  local text = signed_text({
    first = message.first, second = message.second, timestamp = timestamp, nonce = nonce,
    body = message.body,
  })
  if not crypto.verify_hmac_sha256("bank_key", text, signature) then return "SIGNATURE_INVALID" end
  return nil
end

local function unknown(code)
  return { kind = "unknown", code = code }
end

-- Why the answer to a request of that path is not the bank's; nil when it is.
local function doubt_answer(answer, account, path, context)
  return doubt(
    { headers = answer.headers, first = answer.status, second = path, body = answer.body },
    account, context)
end

-- `kinds` says what each code means for the request; a code that is not there is unknown. Only a
-- signature that the bank does not take is answered without one, and then nothing was executed. A
-- nonce that it has seen may have come with this very request, so that is unknown.
local function refusal(answer, account, path, kinds, context)
  local body = json.decode(answer.body, "code", "message")
  local code = body and body.code or "HTTP_" .. answer.status
  local message = body and body.message or ""
  if answer.status == 401 then
    local kind = code == "SIGNATURE_INVALID" and "config" or "unknown"
    return { kind = kind, code = code, message = message }
  end
  local why = doubt_answer(answer, account, path, context)
  if why then return unknown(why) end
  return { kind = kinds[code] or "unknown", code = code, message = message }
end

return {
  signed = signed, doubt = doubt, doubt_answer = doubt_answer, unknown = unknown, refusal = refusal,
}
