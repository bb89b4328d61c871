-- attack: a map that grows for ever
-- class: memory
-- expect: aborted
local t, n = {}, 0
while true do n = n + 1; t["k" .. n] = n end
