-- The house's side of what is recorded. `signature`: good, wrong (another key's worth) or none.

local STAMP = "1767225630"

local function signed(said, about)
  local body = said.body or ""
  if said.signature == "none" then return { body = body } end
  local covered = STAMP .. "\n" .. about .. "\n" .. crypto.sha256(body)
  if said.signature == "wrong" then covered = covered .. " " end
  return {
    headers = {
      ["Voucher-Time"] = STAMP, ["Voucher-Signature"] = crypto.hmac_sha256("house_key", covered),
    },
    body = body,
  }
end

return {
  answer = function(recorded, account)
    local path = text.sub(recorded.request.url, #account.settings.base_url + 1)
    return signed(json.decode(recorded.answer, "body"), path)
  end,
  message = function(recorded)
    return signed(json.decode(recorded.message, "body"), "NOTICE")
  end,
}
