-- Gives back what a payment collected: checks it, spreads it over the collected parts, waits for
-- those who must approve it, and gives each part back along the path it came or, when that is
-- impossible, by the next way that is open.
return flow {
  service = "refund",
  name    = "refund",
  title   = { en = "Refund a payment", zh = "退款" },
  stages  = { "check", "spread", "approve", "give_back" },

  run = function(refund)
    stage("check",     function() refund:require(policy.refund_risk(refund)) end)
    stage("spread",    function() refund:spread() end)
    stage("approve",   function() refund:approve(policy.refund_approval(refund)) end)
    stage("give_back", function() refund:give_back() end)
    return refund:succeed()
  end,
}
