-- Says whether a transfer may go on; if not, with a code for machines and why for people.
return {
  name  = "transfer_risk",
  title = { en = "Transfer limits", zh = "转账限额" },

  decide = function(facts)
    local limit = money(5000000, facts.amount:currency())   -- 50,000.00 a transfer
    if facts.amount > limit then
      return {
        allowed = false, code = "over_limit",
        message = "a transfer of " .. tostring(facts.amount) .. " is above " .. tostring(limit),
      }
    end
    return { allowed = true }
  end,
}
