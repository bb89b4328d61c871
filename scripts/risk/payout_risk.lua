-- Says whether a payout may go on; if not, with a code for machines and why for people.
return {
  name  = "payout_risk",
  title = { en = "Payout limits", zh = "付款限额" },

  decide = function(facts)
    local limit = money(500000000, facts.amount:currency())   -- 5,000,000.00 a payout
    if facts.amount > limit then
      return {
        allowed = false, code = "over_limit",
        message = "a payout of " .. tostring(facts.amount) .. " is above " .. tostring(limit),
      }
    end
    return { allowed = true }
  end,
}
