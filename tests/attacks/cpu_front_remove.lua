-- attack: removes from the front of a long list
-- class: cpu
-- expect: aborted
local t = {}
for i = 1, 16000 do t[i] = i end
while true do list.remove(t, 1); list.insert(t, 1) end
