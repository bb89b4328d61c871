-- Chooses the channel accounts for one external leg, best first, and says why the others are out.
return {
  name  = "route",
  title = { en = "Default routing", zh = "默认路由" },

  decide = function(facts)
    local kept, dropped = {}, {}
    for _, candidate in ipairs(facts.candidates) do
      local why
      if candidate.method ~= facts.method then
        why = "collects " .. candidate.method .. ", not " .. facts.method
      elseif not list.contains(candidate.scenes, facts.scene) then
        why = "has no scene " .. facts.scene
      elseif facts.amount < candidate.amount_min then
        why = "takes nothing below " .. tostring(candidate.amount_min)
      elseif facts.amount > candidate.amount_max then
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
      list.insert(accounts, {
        name = candidate.name, channel = candidate.channel, merchant = candidate.merchant,
        consistency_seconds = candidate.consistency_seconds,
        why = "rank " .. tostring(rank) .. ": costs " .. tostring(candidate.cost_basis_points)
          .. " basis points",
      })
    end
    return { accounts = accounts, dropped = dropped }
  end,
}
