-- Chooses the channel accounts for one external leg, best first, and says why the others are out.
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

    -- Cheapest first; equal cost keeps the configured order.
    list.sort(kept, function(a, b) return a.cost_basis_points < b.cost_basis_points end)

    local accounts = {}
    for rank, candidate in ipairs(kept) do
      local cost = candidate.cost_basis_points
      accounts[rank] = {
        name = candidate.name, channel = candidate.channel,
        why = "rank " .. rank .. ": costs " .. cost .. " basis points",
      }
    end
    return { accounts = accounts, dropped = dropped }
  end,
}
