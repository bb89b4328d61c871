-- attack: makes objects for ever
-- class: cpu
-- expect: aborted
local m = { f = function() end }
while true do object(m, { a = 1 }) end
