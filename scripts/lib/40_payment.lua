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
  if kernel.status(instruction) == "pending" then
    kernel.release(instruction)
  else
    owe_back(pay, instruction, "internal")
  end
end

-- What was collected goes back the way it came, or as people decide. Never failed while money is
-- owed: until all of it has gone back the payment stays compensating.
local function give_back_owed(pay)
  give_all_back {
    ways = { { way = "original" } }, parts = pay.owed, merchant_id = pay.merchant_id,
    is_surplus = false,
  }
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
  -- Collects every external leg at a channel, one after the other: the next is begun when the one
  -- before has its money. A failure gives back what the others collected.
  collect = function(self)
    local legs = legs_of(self.pay, "external")
    for i, leg in ipairs(legs) do
      local closing = collect_leg(self.pay, leg)
      -- The payer was quicker with this leg than the wish to close; no other is begun any more.
      if closing and i < #legs then
        fail { code = closing, message = "closed before all of it was paid" }
      end
    end
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

  -- Books the whole amount from the order to what the merchant is owed, or to the account that it
  -- tops up; only success may follow. An order that was paid or closed meanwhile takes nothing, nor
  -- does an account that was closed: what came goes back.
  book = function(self)
    local booked = kernel.settle()
    if booked.ok then return end
    self.order_over = booked.code == "order_over"
    local why = self.order_over and "the order was paid or closed meanwhile"
      or "the account to be topped up takes no money"
    fail { code = booked.code, message = why }
  end,

  succeed = function(self) kernel.finish("succeeded") end,

  -- Remembers how to take back what was just done; run in reverse when the payment fails.
  on_undo = function(self, undo) list.insert(self.undos, undo) end,

  unwind = function(self, failure)
    if #self.undos > 0 then
      kernel.unwind(failure.code, failure.message)
      for i = #self.undos, 1, -1 do self.undos[i]() end
      -- What was frozen is free by now; what was taken may need a channel and its time.
      give_back_owed(self)
    end
    local status = CLOSES[failure.code] and "closed" or "failed"
    if self.exceeds then status = "surplus" end
    kernel.finish(status, failure.code, failure.message)
  end,
}

local function payment(facts)
  return object(payment_verbs, {
    id = facts.id, amount = facts.amount, legs = facts.legs, order_id = facts.order_id,
    merchant_id = facts.merchant_id, product_code = facts.product_code,
    expires_at_ms = facts.expires_at_ms, held = {}, undos = {}, owed = {}, order_over = false,
    exceeds = false,
  })
end

return { payment = payment }
