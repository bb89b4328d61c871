-- Alipay's side of what is recorded. An answer is the node under the name of the method that was
-- asked for (or under `root`), and its signature: good, escaped (the slashes too), plain_slashes
-- (escaped, but signed as if they were not), wrong, unknown_certificate or none. A notice is a form
-- and its signature: good, wrong, without_empty or none.

local UNKNOWN_CERTIFICATE = "00000000000000000000000000000000"

local function signature_of(covered)
  return crypto.sign_rsa_sha256("platform_key", covered)
end

local function escaped(node)
  return (text.gsub(node, "/", "\\/"))
end

local function root_of(request)
  local query = text.match(request.url, "%?(.*)$") or ""
  local asked = form.decode(query, "utf-8", "method") or {}
  if not asked.method then asked = form.decode(request.body, "utf-8", "method") end
  return (text.gsub(asked.method, "%.", "_")) .. "_response"
end

local function signed_node(root, plain, how)
  local has_escapes = how == "escaped" or how == "plain_slashes"
  local node = has_escapes and escaped(plain) or plain
  local head = '{"' .. root .. '":' .. node
  if how == "none" then return head .. "}" end
  local covered = how == "plain_slashes" and plain or node
  if how == "wrong" then covered = covered .. " " end
  local tail = ',"sign":"' .. signature_of(covered) .. '"'
  if how == "unknown_certificate" then
    tail = tail .. ',"alipay_cert_sn":"' .. UNKNOWN_CERTIFICATE .. '"'
  end
  return head .. tail .. "}"
end

local function signed_notice(members, how)
  local parts = {}
  for name, value in pairs(members) do
    if how ~= "without_empty" or value ~= "" then list.insert(parts, name .. "=" .. value) end
  end
  local covered = list.concat(parts, "&")
  local body = form.encode(members) .. "&sign_type=RSA2"
  if how == "none" then return body end
  if how == "wrong" then covered = covered .. " " end
  return body .. "&" .. form.encode({ sign = signature_of(covered) })
end

return {
  answer = function(recorded)
    local answer = json.decode(recorded.answer, "body", "root", "node")
    if answer.body then return { body = answer.body } end
    local root = answer.root or root_of(recorded.request)
    return { body = signed_node(root, answer.node, answer.signature) }
  end,
  message = function(recorded)
    local message = json.decode(recorded.message, "body", "form")
    if message.body then return { body = message.body } end
    return { body = signed_notice(json.decode(message.form), message.signature) }
  end,
}
