-- The bank's side of what is recorded. `signature` says how it signs: good, wrong (another text),
-- stale, another_account, another_path or none.

local NONCE = "fdeXqJ3Zk0Yw8uTt"
local NOW, LONG_AGO = "1767225600", "1767225330"
local ANOTHER_ACCOUNT, ANOTHER_PATH = "110060149019", "/bank/v1/balance"

local function signed(said, first, second, account)
  local body = said.body or ""
  if said.signature == "none" then return { body = body } end
  local timestamp = said.signature == "stale" and LONG_AGO or NOW
  if said.signature == "another_path" then second = ANOTHER_PATH end
  local covered = first .. "\n" .. second .. "\n" .. timestamp .. "\n" .. NONCE .. "\n"
    .. crypto.sha256(body) .. "\n"
  if said.signature == "wrong" then covered = covered .. " " end
  local is_another = said.signature == "another_account"
  return {
    headers = {
      ["Bank-Account"] = is_another and ANOTHER_ACCOUNT or account.merchant,
      ["Bank-Timestamp"] = timestamp,
      ["Bank-Nonce"] = NONCE,
      ["Bank-Signature"] = crypto.hmac_sha256("bank_key", covered),
    },
    body = body,
  }
end

return {
  answer = function(recorded, account)
    local answer = json.decode(recorded.answer, "body")
    local path = text.sub(recorded.request.url, #account.settings.base_url + 1)
    return signed(answer, tostring(answer.status), path, account)
  end,
  message = function(recorded, account)
    return signed(json.decode(recorded.message, "body"), "NOTICE", account.merchant, account)
  end,
}
