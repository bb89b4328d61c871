-- The verbs a flow speaks: what a payment can be told to do.

local function legs_of(pay, kind)
  local found = {}
  for _, leg in ipairs(pay.legs) do
    if leg.kind == kind then list.insert(found, leg) end
  end
  return found
end

-- A frozen amount is let go; one that was already taken is owed back.
local function let_go(pay, instruction)
  if kernel.view(instruction).status == "pending" then
    kernel.release(instruction)
  else
    owe_back(pay, instruction, "internal")
  end
end

-- Never failed while money is owed: what no way takes keeps the payment compensating, and a person
-- sees to it.
local function give_back_owed(part)
  local back, why = give_back(part, false)
  if back then return end
  kernel.open_case("refund_due", part.source, "collected, cannot be given back: " .. why)
  wait_for_people()
end

local internal_verbs = {
  -- Freezes the amount of every internal leg; undone by releasing it.
  hold = function(self)
    for _, leg in ipairs(legs_of(self.pay, "internal")) do
      local held = kernel.hold(leg.number)
      if not held.ok then
        fail { code = held.code, message = leg.method .. " cannot give " .. tostring(leg.amount) }
      end
      list.insert(self.pay.held, held.instruction)
      self.pay:on_undo(function() let_go(self.pay, held.instruction) end)
    end
  end,

  -- Takes what was frozen.
  capture = function(self)
    for _, instruction in ipairs(self.pay.held) do
      local captured = kernel.capture(instruction)
      if not captured.ok then
        fail { code = captured.code, message = "the frozen amount can no longer be taken" }
      end
    end
  end,
}

local external_verbs = {
  -- Collects every external leg at a channel, one after the other.
  collect = function(self)
    for _, leg in ipairs(legs_of(self.pay, "external")) do collect_leg(self.pay, leg) end
  end,
}

-- Ends that nobody refused: the time was over, or somebody wanted it so.
local CLOSES = { expired = true, closed_by_business = true, superseded = true }

local payment_verbs = {
  internal = function(self) return object(internal_verbs, { pay = self }) end,
  external = function(self) return object(external_verbs, { pay = self }) end,

  -- Ends the payment unless the verdict of a policy allows it.
  require = function(self, verdict)
    if not verdict.allowed then fail { code = verdict.code, message = verdict.message } end
  end,

  -- Books the whole amount from the order to what the merchant is owed; only success may follow.
  book = function() kernel.settle() end,

  succeed = function(self) kernel.finish("succeeded") end,

  -- Remembers how to take back what was just done; run in reverse when the payment fails.
  on_undo = function(self, undo) list.insert(self.undos, undo) end,

  unwind = function(self, failure)
    if #self.undos > 0 then
      kernel.unwind(failure.code, failure.message)
      for i = #self.undos, 1, -1 do self.undos[i]() end
      -- What was frozen is free by now; what was taken may need a channel and its time.
      for _, part in ipairs(self.owed) do give_back_owed(part) end
    end
    kernel.finish(CLOSES[failure.code] and "closed" or "failed", failure.code, failure.message)
  end,
}

local function payment(facts)
  return object(payment_verbs, {
    id = facts.id, amount = facts.amount, legs = facts.legs, order_id = facts.order_id,
    merchant_id = facts.merchant_id, product_code = facts.product_code,
    expires_at_ms = facts.expires_at_ms, held = {}, undos = {}, owed = {},
  })
end

return { payment = payment }
