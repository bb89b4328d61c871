-- attack: searches a long list for ever
-- class: cpu
-- expect: aborted
local t = {}
for i = 1, 16000 do t[i] = i end
while true do list.index_of(t, 0) end
