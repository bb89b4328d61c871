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
}

return { policy = policy }
