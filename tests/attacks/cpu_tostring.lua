-- attack: makes texts of numbers for ever
-- class: cpu
-- expect: aborted
local n = 0
while true do n = n + 1; tostring(n) end
