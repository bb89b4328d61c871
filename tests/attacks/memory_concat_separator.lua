-- attack: a long separator
-- class: memory
-- expect: error
local t = {}
for i = 1, 1000 do t[i] = "" end
return list.concat(t, ("x"):rep(1000))
