-- attack: gsub that multiplies a text
-- class: pattern
-- expect: error | aborted
local s = "a"
while true do s = text.gsub(s, "a", "aa") end
