-- Says how many people must agree before a refund goes on, who they are, and how long is waited.
local DAY = 86400

return {
  name  = "refund_approval",
  title = { en = "Approval of refunds", zh = "退款审批" },

  decide = function(facts)
    local currency = facts.amount:currency()
    local surplus = money(500000, currency)                               -- 5,000.00
    local one, two = money(5000000, currency), money(50000000, currency)  -- 50,000.00, 500,000.00
    local needed, why = 0, "up to " .. tostring(one) .. " nobody is asked"
    if facts.amount > two then
      needed, why = 2, "above " .. tostring(two) .. " two people must agree"
    elseif facts.amount > one then
      needed, why = 1, "above " .. tostring(one) .. " somebody must agree"
    elseif facts.is_surplus and facts.amount > surplus then
      needed, why = 1, "money that came too often: above " .. tostring(surplus) ..
        " somebody looks at it first"
    end
    return {
      needed = needed, why = why, role = "finance", deadline = 7 * DAY,
      escalate = { after = DAY, role = "management" },
    }
  end,
}
