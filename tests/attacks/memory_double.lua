-- attack: doubles a text
-- class: memory
-- expect: aborted | error
local s = "x"
while true do s = s .. s end
