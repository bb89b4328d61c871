-- WeChat Pay's side of what is recorded. `signature` says how it signs: good, good_public_key,
-- wrong (another text), probe, stale, unknown_serial or none. A notice that is recorded open is
-- sealed: `api_v3_key` says whether with the account's own ("right") or another. What API v2 says
-- is the record `xml`, signed (good, wrong, none) with the APIv2 key as `sign_type` says.

local SERIALS = {
  good_public_key = "PUB_KEY_ID_0119000001092026010100000001",
  unknown_serial = "0000000000000000000000000000000000000000",
}
local CERTIFICATE = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
local NONCE, RESOURCE_NONCE = "fdeXqJ3Zk0Yw8uTt", "fdasflkja484"
local NOW, LONG_AGO = "1767225600", "1767225330"
local PROBE = "WECHATPAY/SIGNTEST/"
local CONTENTS = { "transaction", "refund", "mch_payment" }

local function signed(body, how)
  if how == "none" then return { body = body } end
  local timestamp = how == "stale" and LONG_AGO or NOW
  local covered = timestamp .. "\n" .. NONCE .. "\n" .. body .. "\n"
  if how == "wrong" then covered = covered .. " " end
  local signature = crypto.sign_rsa_sha256("platform_key", covered)
  if how == "probe" then signature = PROBE .. text.sub(signature, #PROBE + 1) end
  return {
    headers = {
      ["Wechatpay-Timestamp"] = timestamp,
      ["Wechatpay-Nonce"] = NONCE,
      ["Wechatpay-Serial"] = SERIALS[how] or CERTIFICATE,
      ["Wechatpay-Signature"] = signature,
    },
    body = body,
  }
end

local function sealed(message)
  for _, kind in ipairs(CONTENTS) do
    local content = message[kind]
    if content then
      local key = message.api_v3_key == "right" and "api_v3_key" or "another_api_v3_key"
      return json.encode({
        id = "5f0c0e1a-2b3c-5d4e-8f60-7182930a4b5c",
        event_type = message.event_type,
        resource = {
          algorithm = "AEAD_AES_256_GCM",
          associated_data = kind,
          ciphertext = crypto.encrypt_aes_256_gcm(key, RESOURCE_NONCE, kind, content),
          nonce = RESOURCE_NONCE,
          original_type = kind,
        },
      })
    end
  end
  return message.body
end

-- A sign that is wrong covers another text.
local function signed_v2_answer(told, how, sign_type)
  if how ~= "none" then
    local covered = text_before_key(told)
    if how == "wrong" then covered = "x" .. covered end
    told.sign = text.upper(crypto.sign_with_key("api_v2_key", covered, sign_type))
  end
  return { headers = { ["Content-Type"] = "text/plain" }, body = xml.encode(told) }
end

return {
  answer = function(recorded)
    local answer = json.decode(recorded.answer, "body", "xml", "sign_type")
    if answer.xml then
      local told = json.decode(answer.xml, "sign")
      return signed_v2_answer(told, answer.signature, answer.sign_type or "HMAC-SHA256")
    end
    return signed(answer.body or "", answer.signature)
  end,
  message = function(recorded)
    local message = json.decode(recorded.message, "body", "transaction", "refund", "mch_payment")
    return signed(sealed(message), message.signature)
  end,
}
