-- Chooses the channel accounts that may pay out, best first, and says why the others are out.
return {
  name  = "payout_route",
  title = { en = "Default routing of payouts", zh = "默认付款路由" },

  decide = function(facts, candidates)
    -- Who does not answer now stands behind the others.
    local accounts, silent, dropped = {}, {}, {}
    for _, candidate in ipairs(candidates) do
      if candidate.merchant_id ~= "" and candidate.merchant_id ~= facts.merchant_id then
        list.insert(dropped, {
          name = candidate.name, channel = candidate.channel,
          why = "belongs to another merchant",
        })
      elseif list.contains(candidate.payout_methods, facts.method) then
        local is_silent = candidate.health.breaker == "open"
        list.insert(is_silent and silent or accounts, {
          name = candidate.name, channel = candidate.channel,
          why = "pays out by " .. facts.method
            .. (is_silent and ", does not answer now" or ""),
        })
      else
        list.insert(dropped, {
          name = candidate.name, channel = candidate.channel,
          why = "does not pay out by " .. facts.method,
        })
      end
    end
    for _, account in ipairs(silent) do
      list.insert(accounts, account)
    end
    return { accounts = accounts, dropped = dropped }
  end,
}
