-- attack: indexes that double
-- class: memory
-- expect: harmless
local t, n = {}, 1
for i = 1, 60 do t[n] = i; n = n * 2 end
return t[1024]
