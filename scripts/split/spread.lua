-- Spreads a refund over what was collected: the last part first, each up to what is left of it.
return {
  name  = "spread",
  title = { en = "Spread of refunds", zh = "退款分摊" },

  decide = function(facts)
    local parts = {}
    local rest = facts.amount
    for place = #facts.sources, 1, -1 do
      local left = facts.sources[place].refundable
      local amount = rest < left and rest or left
      if amount:is_positive() then
        list.insert(parts, { source = place, amount = amount })
        rest = rest - amount
      end
    end
    return { parts = parts }
  end,
}
