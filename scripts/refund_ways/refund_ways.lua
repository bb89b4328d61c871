-- Says by which ways a refund may go back, in the order in which they are tried. The next one is
-- tried only when the one before is known to be impossible; after the last the refund fails and the
-- merchant keeps the money.
--   original    the way it came; waits while the channel cannot be reached or lacks our money
--   original_again   the same once more after an hour, six, a day and three days
--   other_leg   an account that paid another part of the same payment, of this kind
--   balance     the balance account that the request names
--   payout      paid out to the payee that the request names
--   task        as people decide; when they say no, the refund fails like after any last way
-- Once a part of a refund has gone back, people are asked about the rest in any case.

-- The kinds of accounts that take money which came through a channel. A prepaid card does not:
-- what is on it cannot be spent everywhere.
local MAY_TAKE_CHANNEL_MONEY = { "balance" }

return {
  name  = "refund_ways",
  title = { en = "Ways of refunds", zh = "退款途径" },

  decide = function(facts)
    if facts.is_to_account then return { ways = { { way = "balance" } } } end
    -- Money that no order took: it cannot stay with the merchant.
    if facts.is_surplus then
      return { ways = { { way = "original" }, { way = "original_again" }, { way = "task" } } }
    end
    local ways = { { way = "original" } }
    -- What already was a refund to an account stays there when no channel takes it.
    if not facts.is_conversion then
      for _, kind in ipairs(MAY_TAKE_CHANNEL_MONEY) do
        if list.contains(facts.paid_by, kind) then
          list.insert(ways, { way = "other_leg", kind = kind })
        end
      end
      if facts.has_balance_account then list.insert(ways, { way = "balance" }) end
    end
    if facts.may_pay_out then list.insert(ways, { way = "payout" }) end
    return { ways = ways }
  end,
}
