-- Chooses the channel accounts that may pay out, best first, and says why the others are out.
return {
  name  = "payout_route",
  title = { en = "Default routing of payouts", zh = "默认付款路由" },

  decide = function(facts, candidates)
    local accounts, dropped = {}, {}
    for _, candidate in ipairs(candidates) do
      if candidate.merchant_id ~= "" and candidate.merchant_id ~= facts.merchant_id then
        list.insert(dropped, {
          name = candidate.name, channel = candidate.channel,
          why = "belongs to another merchant",
        })
      elseif list.contains(candidate.payout_methods, facts.method) then
        list.insert(accounts, {
          name = candidate.name, channel = candidate.channel,
          why = "pays out by " .. facts.method,
        })
      else
        list.insert(dropped, {
          name = candidate.name, channel = candidate.channel,
          why = "does not pay out by " .. facts.method,
        })
      end
    end
    return { accounts = accounts, dropped = dropped }
  end,
}
