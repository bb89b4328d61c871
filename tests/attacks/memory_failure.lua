-- attack: a failure that carries much
-- class: memory
-- expect: error
local t = {}
for i = 1, 16000 do t[i] = i end
fail{ code = "x", load = t }
