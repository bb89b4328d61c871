-- The channel's side of what is recorded. `signature` says how it signs: good, wrong (another text)
-- or none. Without this file a message comes in as it is written: headers and body.

local function signed(said, first)
  local body = said.body or ""
  if said.signature == "none" then return { body = body } end
  local covered = first .. "\n" .. body
  if said.signature == "wrong" then covered = covered .. " " end
  return { headers = { ["X-Signature"] = crypto.hmac_sha256("api_key", covered) }, body = body }
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
