-- Chooses the channel accounts for one external leg, best first, and says why the others are out.
local function is_silent(candidate) return candidate.health.breaker == "open" end

return {
  name  = "route",
  title = { en = "Default routing", zh = "默认路由" },

  decide = function(facts, candidates)
    local kept, dropped = {}, {}
    local method, scene, amount = facts.method, facts.scene, facts.amount
    for _, candidate in ipairs(candidates) do
      local why
      if candidate.merchant_id ~= "" and candidate.merchant_id ~= facts.merchant_id then
        why = "belongs to another merchant"
      elseif candidate.method ~= method then
        why = "collects " .. candidate.method .. ", not " .. method
      elseif not list.contains(candidate.scenes, scene) then
        why = "has no scene " .. scene
      elseif amount < candidate.amount_min then
        why = "takes nothing below " .. tostring(candidate.amount_min)
      elseif amount > candidate.amount_max then
        why = "takes nothing above " .. tostring(candidate.amount_max)
      end
      if why then
        list.insert(dropped, { name = candidate.name, why = why })
      else
        list.insert(kept, candidate)
      end
    end

    -- Who does not answer stands behind the others; then the cheapest first. Equals keep the
    -- configured order.
    list.sort(kept, function(a, b)
      if is_silent(a) ~= is_silent(b) then return is_silent(b) end
      return a.cost_basis_points < b.cost_basis_points
    end)

    local accounts = {}
    for rank, candidate in ipairs(kept) do
      local cost = candidate.cost_basis_points
      accounts[rank] = {
        name = candidate.name, channel = candidate.channel,
        why = "rank " .. rank .. ": costs " .. cost .. " basis points"
          .. (is_silent(candidate) and ", does not answer now" or ""),
      }
    end
    return { accounts = accounts, dropped = dropped }
  end,
}
