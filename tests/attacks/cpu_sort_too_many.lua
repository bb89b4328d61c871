-- attack: sorts more than is allowed
-- class: cpu
-- expect: error
local t = {}
for i = 1, 10001 do t[i] = -i end
list.sort(t)
