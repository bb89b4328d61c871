-- attack: copies and sorts the keys of a map for ever
-- class: cpu
-- expect: aborted
local t = {}
for i = 1, 4000 do t["k" .. i] = i end
while true do for k in pairs(t) do break end end
