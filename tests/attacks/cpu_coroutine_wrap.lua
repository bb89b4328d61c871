-- attack: an endless loop in a coroutine
-- class: cpu
-- expect: error
return coroutine.wrap(function() while true do end end)()
