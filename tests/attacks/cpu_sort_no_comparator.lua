-- attack: sorts again and again in C++ only
-- class: cpu
-- expect: aborted
local t = {}
for i = 1, 10000 do t[i] = -i end
while true do list.sort(t) end
