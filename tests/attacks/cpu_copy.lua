-- attack: copies a long list for ever
-- class: cpu
-- expect: aborted
local t = {}
for i = 1, 16000 do t[i] = i end
while true do list.copy(t) end
