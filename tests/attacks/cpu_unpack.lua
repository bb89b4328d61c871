-- attack: spreads a list for ever
-- class: cpu
-- expect: aborted
local t = {}
for i = 1, 250 do t[i] = i end
while true do select("#", list.unpack(t)) end
