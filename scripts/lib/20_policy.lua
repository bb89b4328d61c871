-- Asks the live policies. What they answer is kept with the payment, with its reasons.
local policy = {
  -- May this payment go on? -> { allowed } or { allowed = false, code, message }
  risk = function(pay)
    return kernel.decide("risk", {
      amount = pay.amount, merchant_id = pay.merchant_id, product_code = pay.product_code,
      legs = #pay.legs,
    })
  end,

  -- Which channel accounts may collect this leg, best first? -> { accounts, dropped }
  route = function(pay, leg)
    return kernel.decide("route", {
      method = leg.method, scene = leg.scene, amount = leg.amount,
      order_id = pay.order_id, merchant_id = pay.merchant_id, product_code = pay.product_code,
    })
  end,

  -- May this refund, payout or transfer go on? -> as risk
  refund_risk = function(refund)
    return kernel.decide("refund_risk", {
      amount = refund.amount, merchant_id = refund.merchant_id, reason = refund.reason,
      is_surplus = refund.is_surplus,
    })
  end,
  payout_risk = function(payout)
    return kernel.decide("payout_risk", {
      amount = payout.amount, merchant_id = payout.merchant_id, method = payout.method,
      is_compensation = payout.is_compensation,
    })
  end,
  -- How much may be paid out in all? -> { why, day_begins } and, where there is a limit,
  -- { merchant_day, payee_day, order }
  payout_limits = function(payout)
    return kernel.decide("payout_limits", {
      amount = payout.amount, merchant_id = payout.merchant_id, method = payout.method,
      is_compensation = payout.is_compensation,
    })
  end,
  transfer_risk = function(transfer)
    return kernel.decide("transfer_risk", {
      amount = transfer.amount, merchant_id = transfer.merchant_id,
    })
  end,

  -- How many people must agree before this refund or payout goes on, and who?
  -- -> { needed, role, why } and, if they want, { deadline, escalate }
  refund_approval = function(refund)
    return kernel.decide("refund_approval", {
      amount = refund.amount, merchant_id = refund.merchant_id, reason = refund.reason,
      is_surplus = refund.is_surplus,
    })
  end,
  payout_approval = function(payout)
    return kernel.decide("payout_approval", {
      amount = payout.amount, merchant_id = payout.merchant_id, method = payout.method,
      is_compensation = payout.is_compensation,
    })
  end,

  -- How many people must say what became of money that no channel tells of? -> as above, 1 or more
  doubt_approval = function(instruction)
    return kernel.decide("doubt_approval", { amount = kernel.view(instruction).amount })
  end,

  -- How many people must say how money goes back that no way takes? -> as above, 1 or more
  give_back_approval = function(amount, merchant_id)
    return kernel.decide("give_back_approval", { amount = amount, merchant_id = merchant_id })
  end,

  -- How much goes back of which collected part? -> { parts = { { source, amount }, ... } }, source
  -- being the part's place in the facts
  spread = function(refund)
    return kernel.decide("spread", { amount = refund.amount, sources = refund.sources })
  end,

  -- By which ways may this refund go back, first one first? -> { ways = { { way, kind }, ... } }
  refund_ways = function(refund)
    return kernel.decide("refund_ways", {
      amount = refund.amount, merchant_id = refund.merchant_id, reason = refund.reason,
      paid_by = refund:paid_by(), is_to_account = refund.to_account ~= false,
      is_conversion = refund.is_conversion, is_surplus = refund.is_surplus,
      has_balance_account = refund.balance_account ~= false, may_pay_out = refund.may_pay_out,
    })
  end,

  -- Which channel accounts may pay this out, best first? -> as route
  payout_route = function(payout)
    return kernel.decide("payout_route", {
      method = payout.method, amount = payout.amount, merchant_id = payout.merchant_id,
    })
  end,
}

return { policy = policy }
