-- Collects one payment of an order: checks it, freezes what card and balance give, collects the
-- rest at a channel, takes what was frozen, books the whole. What fails is undone in reverse.
return flow {
  service = "payment",
  name    = "pay",
  title   = { en = "Collect a payment", zh = "收款" },
  stages  = { "check", "reserve", "collect", "settle" },

  run = function(pay)
    stage("check",   function() pay:require(policy.risk(pay)) end)
    stage("reserve", function() pay:internal():hold() end)     -- freeze card and balance
    stage("collect", function() pay:external():collect() end)  -- route, send, ask, switch
    stage("settle",  function() pay:internal():capture(); pay:book() end)  -- take, book
    return pay:succeed()
  end,
}
