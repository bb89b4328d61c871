-- attack: takes the length of a list with holes for ever
-- class: cpu
-- expect: aborted
local t = {}
for i = 1, 10000 do t[i] = i end
for i = 2, 10000, 2 do t[i] = nil end
local n = 0
while true do n = n + #t end
