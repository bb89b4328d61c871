-- The verbs of a transfer between two accounts of ours.

local transfer_verbs = {
  require = function(self, verdict)
    if not verdict.allowed then fail { code = verdict.code, message = verdict.message } end
  end,

  -- Takes it from the one account and gives it to the other, in one booking.
  move = function(self)
    local moved = kernel.take()
    if not moved.ok then fail { code = moved.code, message = "the accounts refuse the transfer" } end
  end,

  succeed = function(self) kernel.finish("succeeded") end,

  unwind = function(self, failure)
    kernel.finish("failed", failure.code, failure.message)
  end,
}

local function transfer(facts)
  return object(transfer_verbs, {
    id = facts.id, amount = facts.amount, fee = facts.fee, merchant_id = facts.merchant_id,
  })
end

return { transfer = transfer }
