-- Says how many people must say the same about money of which no channel tells what became of it.
-- Without a deadline: until somebody knows, it is waited.
local DAY = 86400

return {
  name  = "doubt_approval",
  title = { en = "Who resolves unknown money", zh = "未知资金核实" },

  decide = function(facts)
    local limit = money(1000000, facts.amount:currency())   -- 10,000.00
    local needed, why = 1, "up to " .. tostring(limit) .. " one person is enough"
    if facts.amount > limit then
      needed, why = 2, "above " .. tostring(limit) .. " two people must say the same"
    end
    return {
      needed = needed, why = why, role = "operations",
      escalate = { after = DAY, role = "finance" },
    }
  end,
}
