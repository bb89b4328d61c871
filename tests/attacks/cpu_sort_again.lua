-- attack: sorts 10,000 values again and again
-- class: cpu
-- expect: aborted
local t = {}
for i = 1, 10000 do t[i] = -i end
while true do list.sort(t, function(x, y) return x < y end) end
