-- Says whether a payment may go on at all; if not, with a code for machines and why for people.
return {
  name  = "risk",
  title = { en = "Payment limits", zh = "支付限额" },

  decide = function(facts)
    local limit = money(5000000, facts.amount:currency())   -- 50,000.00 a payment
    if facts.amount > limit then
      return {
        allowed = false, code = "over_limit",
        message = "a payment of " .. tostring(facts.amount) .. " is above " .. tostring(limit),
      }
    end
    return { allowed = true }
  end,
}
