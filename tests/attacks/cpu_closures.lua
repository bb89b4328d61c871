-- attack: makes functions for ever
-- class: cpu
-- expect: aborted
local f
while true do local g = f; f = function() return g end; f = f() end
