-- attack: reads a number for ever
-- class: cpu
-- expect: aborted
while true do tonumber("123456789") end
