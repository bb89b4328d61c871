-- Says whether a refund may go on; if not, with a code for machines and why for people.
return {
  name  = "refund_risk",
  title = { en = "Refund limits", zh = "退款限额" },

  decide = function(facts)
    local limit = money(500000000, facts.amount:currency())   -- 5,000,000.00 a refund
    if facts.amount > limit then
      return {
        allowed = false, code = "over_limit",
        message = "a refund of " .. tostring(facts.amount) .. " is above " .. tostring(limit),
      }
    end
    return { allowed = true }
  end,
}
