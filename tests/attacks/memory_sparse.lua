-- attack: an index far away
-- class: memory
-- expect: harmless
local t = {}
t[1000000000] = 1
return t[1000000000]
