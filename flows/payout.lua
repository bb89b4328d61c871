-- Pays money out: checks it, waits for those who must approve it, takes it from the account, and
-- has a channel pay it. What no channel paid is back on the account.
return flow {
  service = "payout",
  name    = "payout",
  title   = { en = "Pay out", zh = "付款" },
  stages  = { "check", "approve", "book", "send" },

  run = function(payout)
    stage("check",   function() payout:require(policy.payout_risk(payout)) end)
    stage("approve", function() payout:approve(policy.payout_approval(payout)) end)
    stage("book",    function() payout:book() end)
    stage("send",    function() payout:send() end)
    return payout:succeed()
  end,
}
