-- attack: inserts at the front of a long list
-- class: cpu
-- expect: aborted
local t = {}
while true do list.insert(t, 1, 0) end
