-- attack: many coroutines
-- class: cpu
-- expect: error
for i = 1, 1e9 do coroutine.create(function() end) end
