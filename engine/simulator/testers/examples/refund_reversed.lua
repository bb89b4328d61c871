-- A refund that the channel takes, and that does not reach the payer after all.
-- Order EXAMPLE-BACK is paid, and refund EXAMPLE-REFUND of it is asked for meanwhile.

psp.refund_course{ delay_ms = 3600000 }
psp.payer.pays("EXAMPLE-BACK")

psp.wait_for("the refund", function() return psp.refund("EXAMPLE-REFUND") end)
psp.refund_ends("EXAMPLE-REFUND", "SUCCESS")
psp.refund_ends("EXAMPLE-REFUND", "ABNORMAL")
psp.expect(psp.refund("EXAMPLE-REFUND").status, "ABNORMAL", "the refund")
