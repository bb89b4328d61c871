-- Chooses the channel accounts for one external leg, best first, and says why the others are out.

-- Looked up once: a decision uses them for every candidate.
local contains, insert = list.contains, list.insert

-- Puts them behind those that are there, the cheapest first; equals keep the configured order.
local function append(accounts, candidates, remark)
  list.sort(candidates, "cost_basis_points")
  for _, candidate in ipairs(candidates) do
    insert(accounts, {
      name = candidate.name, channel = candidate.channel,
      why = "costs " .. candidate.cost_basis_points .. " basis points" .. remark,
    })
  end
end

return {
  name  = "route",
  title = { en = "Default routing", zh = "默认路由" },

  decide = function(facts, candidates)
    local kept, silent, dropped = {}, {}, {}
    local method, scene, amount = facts.method, facts.scene, facts.amount
    for _, candidate in ipairs(candidates) do
      local why
      if candidate.merchant_id ~= "" and candidate.merchant_id ~= facts.merchant_id then
        why = "belongs to another merchant"
      elseif candidate.method ~= method then
        why = "collects " .. candidate.method .. ", not " .. method
      elseif not contains(candidate.scenes, scene) then
        why = "has no scene " .. scene
      elseif amount < candidate.amount_min then
        why = "takes nothing below " .. tostring(candidate.amount_min)
      elseif amount > candidate.amount_max then
        why = "takes nothing above " .. tostring(candidate.amount_max)
      end
      if why then
        insert(dropped, { name = candidate.name, why = why })
      else
        insert(candidate.health.breaker == "open" and silent or kept, candidate)
      end
    end

    -- Who does not answer now stands behind the others.
    local accounts = {}
    append(accounts, kept, "")
    append(accounts, silent, ", does not answer now")
    return { accounts = accounts, dropped = dropped }
  end,
}
