-- attack: a handler that loops
-- class: cpu
-- expect: error
return xpcall(function() fail() end, function() while true do end end)
