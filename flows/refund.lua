-- Gives back what a payment collected: checks it, spreads it over the collected parts, and gives
-- each part back along the path it came or, when that is impossible, to the payer's balance.
return flow {
  service = "refund",
  name    = "refund",
  title   = { en = "Refund a payment", zh = "退款" },
  stages  = { "check", "spread", "give_back" },

  run = function(refund)
    stage("check",     function() refund:require(policy.refund_risk(refund)) end)
    stage("spread",    function() refund:spread() end)
    stage("give_back", function() refund:give_back() end)
    return refund:succeed()
  end,
}
