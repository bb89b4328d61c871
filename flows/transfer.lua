-- Moves money between two accounts of ours, in one booking.
return flow {
  service = "transfer",
  name    = "transfer",
  title   = { en = "Transfer between accounts", zh = "转账" },
  stages  = { "check", "move" },

  run = function(transfer)
    stage("check", function() transfer:require(policy.transfer_risk(transfer)) end)
    stage("move",  function() transfer:move() end)
    return transfer:succeed()
  end,
}
