-- Collects one payment of an order: checks it, freezes what our own accounts give, collects the
-- rest at a channel, then books it all. Whatever fails is unwound in reverse.
return flow {
  name   = "pay",
  title  = { en = "Collect a payment", zh = "收款" },
  stages = { "check", "reserve", "collect", "settle" },

  run = function(pay)
    stage("check",   function() pay:require(policy.risk(pay)) end)
    stage("reserve", function() pay:internal():hold() end)     -- freeze card and balance
    stage("collect", function() pay:external():collect() end)  -- route, submit, query, switch
    stage("settle",  function() pay:internal():capture(); pay:book() end)
    return pay:succeed()
  end,
}
