-- attack: a pcall of its own by attempt
-- class: cpu
-- expect: aborted
local pcall = attempt
while true do pcall(function() while true do end end) end
