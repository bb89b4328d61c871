-- Platform certificates: several are good at once while the channel goes from one to the next.

-- A trial asks also where nothing is fetched: the answer tells whether our keys are right.
local function ask(wanted, account, context)
  if account.settings.certificates ~= "download" and not wanted.trial then return nil end
  return signed(account, context, { method = "GET", path = "/v3/certificates" })
end

-- Merchants who only ever had the channel's public key are shown none. An answer may be signed with
-- a key that is yet to be learned: what our APIv3 key opens is the channel's all the same.
local function told(wanted, account, answer, context)
  if answer.status ~= 200 then
    local problem = refusal_of_question(
      answer, context, { { codes = NO_SUCH_RESOURCE, kind = "none" } })
    return { kind = problem.kind, code = problem.code }
  end
  local why = doubt(answer.headers, answer.body, context)
  if why and why ~= "SIGNATURE_SERIAL_UNKNOWN" then return unknown(why) end
  local body = json.decode(answer.body, "data")
  local keys = {}
  for _, item in ipairs(body and body.data or {}) do
    local box = item.encrypt_certificate
    local certificate = crypto.decrypt_aes_256_gcm(
      "api_v3_key", box.nonce, box.associated_data, box.ciphertext)
    if not certificate then return unknown("NOT_DECRYPTED") end
    list.insert(keys, { serial = item.serial_no, certificate = certificate })
  end
  if #keys == 0 then return unknown("NO_CERTIFICATES") end
  return { kind = "found", keys = keys }
end

return { KEYS = { request = ask, response = told } }
