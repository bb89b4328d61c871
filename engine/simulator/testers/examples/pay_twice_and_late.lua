-- A payer who presses twice, and one whose money comes after the close.
-- Orders EXAMPLE-TWICE and EXAMPLE-LATE must be on their way to the channel.

psp.wait_for("the first order", function() return psp.order("EXAMPLE-TWICE") end)
psp.fault{ operation = "callback", kind = "duplicate", value = 2, out_trade_no = "EXAMPLE-TWICE" }
psp.expect(psp.payer.pays_twice("EXAMPLE-TWICE"), "ORDER_PAID", "the second payment")
psp.expect(psp.order("EXAMPLE-TWICE").payments, 1, "how often the channel took money")

psp.wait_for("the close of the second order", function()
  local order = psp.order("EXAMPLE-LATE")
  return order and order.trade_state == "CLOSED"
end)
psp.payer.pays_late("EXAMPLE-LATE")
psp.expect(psp.order("EXAMPLE-LATE").trade_state, "SUCCESS", "the order that was closed")

psp.say("paid at", psp.order("EXAMPLE-TWICE").paid_at)
