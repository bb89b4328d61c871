-- The verbs of a refund.

local refund_verbs = {
  -- Ends the refund unless the verdict of a policy allows it.
  require = function(self, verdict)
    if not verdict.allowed then fail { code = verdict.code, message = verdict.message } end
  end,

  -- Waits for the people who must agree first. What waits keeps its room: no other refund takes it.
  approve = function(self, approval)
    if approval.needed > 0 then self:keep_room() end
    local title = { en = "Approve a refund", zh = "审批退款" }
    require_approval(title, self.amount, approval)
  end,

  -- The kinds of our accounts that paid a part of what is given back.
  paid_by = function(self)
    local kinds = {}
    for _, source in ipairs(self.sources) do
      local is_new = source.kind == "internal" and not list.contains(kinds, source.channel)
      if is_new then list.insert(kinds, source.channel) end
    end
    return kinds
  end,

  -- Decides how much goes back of which collected part. What an earlier refund gave to an account
  -- is first taken from there: the payer may have spent it.
  spread = function(self)
    if self.is_conversion then
      local taken = kernel.take()
      if not taken.ok then fail { code = taken.code, message = "the account has it no more" } end
    end
    for _, part in ipairs(policy.spread(self).parts) do
      local source = self.sources[part.source]
      list.insert(self.parts, {
        source = source.instruction, kind = source.kind, payment = source.payment,
        amount = part.amount, room = "not kept",
      })
    end
    -- While one part goes, no other refund may take the room of the others: of later ones, and of
    -- one that comes back meanwhile. A part alone has its room with its way, and ends with it.
    if #self.parts > 1 then self:keep_room() end
  end,

  keep_room = function(self)
    for _, part in ipairs(self.parts) do
      local kept = keep_room(part)
      if not kept.ok then
        fail { code = kept.code, message = "another refund was faster" }
      end
    end
  end,

  -- Gives back part after part, each by the first way that takes it. What cannot go back at all
  -- ends the refund while nothing has gone back yet; later people decide, as half a refund is none.
  -- What no order took is nobody's but the payer's: it ends when it is back.
  give_back = function(self)
    self.ways = policy.refund_ways(self).ways
    local give_up = nil
    if not self.is_surplus then
      give_up = function(why)
        fail { code = why, message = "no way that the refund may take is open" }
      end
    end
    give_all_back(self, give_up)
  end,

  succeed = function(self) kernel.finish("succeeded") end,

  unwind = function(self, failure)
    kernel.finish("failed", failure.code, failure.message)
  end,
}

local function refund(facts)
  return object(refund_verbs, {
    id = facts.id, amount = facts.amount, reason = facts.reason, sources = facts.sources,
    order_id = facts.order_id, merchant_id = facts.merchant_id,
    product_code = facts.product_code, to_account = facts.to_account,
    balance_account = facts.balance_account, may_pay_out = facts.may_pay_out,
    payout_method = facts.payout_method, is_conversion = facts.is_conversion,
    is_surplus = facts.is_surplus, ways = {}, parts = {},
  })
end

return { refund = refund }
