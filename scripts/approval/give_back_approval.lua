-- Says how many people must say the same about how money goes back that no way of its refund takes.
-- Without a deadline: the money is owed until somebody has decided.
local DAY = 86400

return {
  name  = "give_back_approval",
  title = { en = "Who decides how stuck money goes back", zh = "无法原路退款的审批" },

  decide = function(facts)
    local limit = money(1000000, facts.amount:currency())   -- 10,000.00
    local needed, why = 1, "up to " .. tostring(limit) .. " one person is enough"
    if facts.amount > limit then
      needed, why = 2, "above " .. tostring(limit) .. " two people must say the same"
    end
    return {
      needed = needed, why = why, role = "finance",
      escalate = { after = DAY, role = "management" },
    }
  end,
}
