-- attack: joins a long list of long texts
-- class: memory
-- expect: error
local t = {}
local s = ("x"):rep(1000)
for i = 1, 1000 do t[i] = s end
return list.concat(t)
