-- attack: keeps many objects
-- class: memory
-- expect: aborted
local t, m = {}, {}
while true do t[#t + 1] = object(m, {}) end
