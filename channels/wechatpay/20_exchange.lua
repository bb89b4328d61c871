-- What every call of the v3 API has alike: the signature of requests, how an answer is believed.

local BEIJING_MINUTES = 480
local CLOCK_SKEW_SECONDS = 300

local function is_in(words, word)
  for _, known in ipairs(words) do
    if known == word then return true end
  end
  return false
end

-- Which of the channel's keys the account works with now: the public key that it names, else the
-- certificate. Where certificates are downloaded that is the newest: the one that was named ends.
local function key_serial(account, context)
  local named = account.settings.platform_serial
  local is_public_key = named and text.starts_with(named, "PUB_KEY_ID_")
  if account.settings.certificates ~= "download" or is_public_key then return named end
  return crypto.newest_certificate(context.now) or named
end

-- `request.has_secrets`: something in it is encrypted, so the channel must be told for which key.
local function signed(account, context, request)
  local settings = account.settings
  local body = request.body or ""
  local text = request.method .. "\n" .. request.path .. "\n" .. context.now .. "\n"
    .. context.nonce .. "\n" .. body .. "\n"
  local headers = {
    Accept = "application/json",
    Authorization = 'WECHATPAY2-SHA256-RSA2048 mchid="' .. settings.mchid
      .. '",nonce_str="' .. context.nonce
      .. '",signature="' .. crypto.sign_rsa_sha256("merchant_key", text)
      .. '",timestamp="' .. context.now
      .. '",serial_no="' .. settings.merchant_serial .. '"',
  }
  if request.body then headers["Content-Type"] = "application/json" end
  if settings.platform_serial or request.has_secrets then
    headers["Wechatpay-Serial"] = key_serial(account, context)
  end
  return { method = request.method, path = request.path, headers = headers, body = request.body }
end

-- Why the message is not authentic; nil when it is. The key is chosen by serial: a platform
-- certificate's, or the id of the channel's public key; both may arrive at the same time.
local function doubt(headers, body, context)
  local stamp, nonce = headers["wechatpay-timestamp"], headers["wechatpay-nonce"]
  local serial, signature = headers["wechatpay-serial"], headers["wechatpay-signature"]
  if not (stamp and nonce and serial and signature) then return "SIGNATURE_MISSING" end
  local seconds = tonumber(stamp)
  if not seconds then return "SIGNATURE_MISSING" end
  local age = context.now - seconds
  if age > CLOCK_SKEW_SECONDS or age < -CLOCK_SKEW_SECONDS then return "SIGNATURE_STALE" end
  local key = crypto.key_of_serial(serial)
  if not key then return "SIGNATURE_SERIAL_UNKNOWN" end
  local text = stamp .. "\n" .. nonce .. "\n" .. body .. "\n"
  if not crypto.verify_rsa_sha256(key, text, signature) then return "SIGNATURE_INVALID" end
  return nil
end

local function error_of(answer)
  local body = json.decode(answer.body, "code", "message")
  if body and body.code then return { code = body.code, message = body.message or "" } end
  return { code = "HTTP_" .. answer.status, message = "" }
end

-- An answer that is no success, read by the tables above. `kinds` adds what only this operation's
-- codes mean.
local function refusal(answer, kinds)
  local problem = error_of(answer)
  local kind, refused_unless_found = "unknown", nil
  if answer.status >= 400 and answer.status < 500 then
    if answer.status == 401 or is_in(OUR_SETUP, problem.code) then
      kind = "config"
    elseif is_in(NOTHING_SENT, problem.code) then
      kind = "not_sent"
    else
      for _, row in ipairs(kinds) do
        if is_in(row.codes, problem.code) then
          kind, refused_unless_found = row.kind, row.refused_unless_found
        end
      end
    end
  end
  return {
    kind = kind, code = problem.code, message = problem.message,
    refused_unless_found = refused_unless_found,
  }
end

local function unknown(code)
  return { kind = "unknown", code = code }
end

-- A refusal that answers a question: it decides about money that may have moved. Only a 2xx has to
-- be signed, as not every other answer was seen signed; but the channel says that it signs whatever
-- it answers to a request that it knows as ours, and a signature that is there has to be good.
local function refusal_of_question(answer, context, kinds)
  if answer.headers["wechatpay-signature"] then
    local why = doubt(answer.headers, answer.body, context)
    if why then return unknown(why) end
  end
  return refusal(answer, kinds)
end

return {
  BEIJING_MINUTES = BEIJING_MINUTES, is_in = is_in, key_serial = key_serial, signed = signed,
  doubt = doubt, refusal = refusal, refusal_of_question = refusal_of_question, unknown = unknown,
}
