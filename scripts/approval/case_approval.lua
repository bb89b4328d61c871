-- Says how many people must say the same about how money ends that moved against our record: it was
-- paid twice, came back after a success, or the channel tells something else than we know. `kind`
-- is the kind of the case. Without a deadline: it stands on our books until somebody has decided.
local DAY = 86400

return {
  name  = "case_approval",
  title = { en = "Who ends exceptions of money", zh = "异常资金处理审批" },

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
