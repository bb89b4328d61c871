-- Says how many people must agree before a payout goes on, who they are, and how long is waited.
local DAY = 86400

return {
  name  = "payout_approval",
  title = { en = "Approval of payouts", zh = "付款审批" },

  decide = function(facts)
    local currency = facts.amount:currency()
    local one, two = money(5000000, currency), money(50000000, currency)  -- 50,000.00, 500,000.00
    local needed, why = 0, "up to " .. tostring(one) .. " nobody is asked"
    if facts.amount > two then
      needed, why = 2, "above " .. tostring(two) .. " two people must agree"
    elseif facts.amount > one then
      needed, why = 1, "above " .. tostring(one) .. " somebody must agree"
    elseif facts.is_compensation then
      needed, why = 1, "it makes good what was not owed: somebody must agree"
    end
    return {
      needed = needed, why = why, role = "finance", deadline = 3 * DAY,
      escalate = { after = DAY, role = "management" },
    }
  end,
}
