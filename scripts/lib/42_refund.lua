-- The verbs of a refund.

local refund_verbs = {
  -- Ends the refund unless the verdict of a policy allows it.
  require = function(self, verdict)
    if not verdict.allowed then fail { code = verdict.code, message = verdict.message } end
  end,

  -- Decides how much goes back of which collected part.
  spread = function(self)
    for _, part in ipairs(policy.spread(self).parts) do
      local source = self.sources[part.source]
      list.insert(self.parts, {
        source = source.instruction, kind = source.kind, amount = part.amount,
      })
    end
  end,

  -- Gives back part after part. What cannot go back at all ends the refund while nothing has gone
  -- back yet; later it waits for people, as half a refund is none.
  give_back = function(self)
    for _, part in ipairs(self.parts) do
      local back, why = give_back(part, self.balance_account)
      if back then
        self.given = self.given + 1
      elseif self.given == 0 then
        fail { code = why, message = "the original path is closed and no other way was given" }
      else
        kernel.open_case("refund_due", part.source, "cannot be given back: " .. why)
        wait_for_people()
      end
    end
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
    product_code = facts.product_code, balance_account = facts.balance_account,
    parts = {}, given = 0,
  })
end

return { refund = refund }
