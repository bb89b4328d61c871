-- What every call of the gateway has alike: amounts, times, signatures, how an answer is believed.

local BEIJING_MINUTES = 480
local SUCCESS, PAYER_ACTS, BUSINESS_FAILED = "10000", "10003", "40004"

local function contains(words, word)
  for _, known in ipairs(words) do
    if known == word then return true end
  end
  return false
end

-- Amounts and times -----------------------------------------------------------------------------

-- "12.34", "12.3" or "12" to money; nil for anything else, above all for parts of a fen.
local function yuan(decimal)
  if type(decimal) ~= "string" then return nil end
  local whole, part = text.match(decimal, "^(%d+)%.?(%d*)$")
  if not whole or text.len(whole) > 12 or text.len(part) > 2 then return nil end
  part = part .. text.rep("0", 2 - text.len(part))
  return money(tonumber(whole) * 100 + tonumber(part), "CNY")
end

-- "2026-01-01 08:00:30" there and back.
local function beijing(seconds)
  local stamp = time.rfc3339(seconds, BEIJING_MINUTES)
  return text.sub(stamp, 1, 10) .. " " .. text.sub(stamp, 12, 19)
end

local function moment(stamp)
  if not stamp or not text.match(stamp, "^%d%d%d%d%-%d%d%-%d%d %d%d:%d%d:%d%d$") then return nil end
  return text.sub(stamp, 1, 10) .. "T" .. text.sub(stamp, 12) .. "+08:00"
end

-- Request ---------------------------------------------------------------------------------------

-- The names and values that a signature covers, in their order.
local function to_sign(parameters)
  local parts = {}
  for name, value in pairs(parameters) do
    if value ~= "" then list.insert(parts, name .. "=" .. value) end
  end
  return list.concat(parts, "&")
end

-- What is sent for a method: everything and its signature. `more` has what stands beside the
-- content.
local function signed(account, context, method, content, more)
  local parameters = {
    app_id = account.settings.app_id, method = method, format = "JSON", charset = "utf-8",
    sign_type = "RSA2", timestamp = beijing(context.now), version = "1.0",
    biz_content = json.encode(content),
  }
  for name, value in pairs(more or {}) do parameters[name] = value end
  if crypto.has_secret("app_certificate") then
    parameters.app_cert_sn = crypto.certificate_number("app_certificate")
    parameters.alipay_root_cert_sn = crypto.root_certificate_number("root_certificates")
  end
  if crypto.has_secret("content_key") then
    parameters.encrypt_type = "AES"
    parameters.biz_content = crypto.encrypt_aes_128_cbc("content_key", parameters.biz_content)
  end
  parameters.sign = crypto.sign_rsa_sha256("app_key", to_sign(parameters))
  return parameters
end

-- The charset stands in the address too: the gateway reads the body by it.
local function call(account, context, method, content, more)
  return {
    method = "POST",
    path = "/gateway.do?charset=utf-8",
    headers = { ["Content-Type"] = "application/x-www-form-urlencoded;charset=utf-8" },
    body = form.encode(signed(account, context, method, content, more)),
  }
end

-- Answer ----------------------------------------------------------------------------------------

local function unknown(code)
  return { kind = "unknown", code = code }
end

-- Without a certificate's number there is one key, the channel's own.
local function key_of(certificate)
  return crypto.key_of_serial(certificate or "public_key")
end

-- Why the node is not authentic; nil when it is. Some answers are signed as if no '/' were escaped.
local function doubt(node, body)
  if not body.sign then return "SIGNATURE_MISSING" end
  local key = key_of(body.alipay_cert_sn)
  if not key then return "SIGNATURE_SERIAL_UNKNOWN" end
  if crypto.verify_rsa_sha256(key, node, body.sign) then return nil end
  local plain = text.gsub(node, "\\/", "/")
  if crypto.verify_rsa_sha256(key, plain, body.sign) then return nil end
  return "SIGNATURE_INVALID"
end

-- The JSON text that an answer is about, decrypted when it is a text itself.
local function opened(node)
  if not text.starts_with(node, '"') then return node end
  local cipher = text.gsub(text.sub(node, 2, -2), "\\/", "/")
  if not crypto.has_secret("content_key") then return nil end
  return crypto.decrypt_aes_128_cbc("content_key", cipher)
end

-- The member that answers a method, as it is written: nil when there is none.
local function node_of(answer, method)
  local name = text.gsub(method, "%.", "_") .. "_response"
  return json.source(answer.body, name) or json.source(answer.body, "error_response")
end

-- The record that answers the method, or nil and an outcome. Only what says that our set-up is
-- wrong is believed without a signature. `...` names members that may be absent.
local function record_of(answer, method, ...)
  if answer.status ~= 200 then return nil, unknown("HTTP_" .. answer.status) end
  local node = node_of(answer, method)
  if not node then return nil, unknown("NO_ANSWER") end
  local why = doubt(node, json.decode(answer.body, "sign", "alipay_cert_sn"))
  local plain = opened(node)
  local record = plain and json.decode(plain, "code", "msg", "sub_code", "sub_msg", ...)
  if not record then return nil, unknown(why or "NO_ANSWER") end
  if not why then return record end
  if GATEWAY_KINDS[record.code or ""] ~= "config" then return nil, unknown(why) end
  return record
end

-- The word after the last dot: what stands before it varies.
local function word_of(record)
  return text.match(record.sub_code or "", "([^.]*)$")
end

local function kind_of_word(word, words)
  for kind, known in pairs(words) do
    if contains(known, word) then return kind end
  end
  return nil
end

-- An answer that is no success, read by the tables above. `turned_away`: the words of what was
-- refused, unless a query finds it.
local function refusal(record, words, turned_away)
  local word = word_of(record)
  local code = record.code or ""
  local kind = GATEWAY_KINDS[code]
  if code == BUSINESS_FAILED then
    kind = kind_of_word(word, words or {}) or kind_of_word(word, ALL_WORDS)
  end
  local is_turned_away = not kind and contains(turned_away or {}, word)
  if word == "" then word = "CODE_" .. code end
  return {
    kind = kind or "unknown", code = word, message = record.sub_msg or record.msg or "",
    refused_unless_found = is_turned_away or nil,
  }
end

-- Who paid: a user's number is one everywhere, an open id one of the application's. Nothing else
-- hangs on it, so that what cannot be read as one is left out.
local function payer_of(user_id, open_id, account)
  local among, id = "user", user_id
  if not id or id == "" then among, id = account.settings.app_id, open_id end
  if type(id) ~= "string" or not text.match(id, "^[%w_-]+$") or #id > 64 then return nil end
  return "alipay:" .. among .. " " .. id
end

return {
  SUCCESS = SUCCESS, PAYER_ACTS = PAYER_ACTS, BUSINESS_FAILED = BUSINESS_FAILED,
  yuan = yuan, beijing = beijing, moment = moment, signed = signed, call = call,
  unknown = unknown, record_of = record_of, refusal = refusal, payer_of = payer_of,
}
