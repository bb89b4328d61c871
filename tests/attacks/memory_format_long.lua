-- attack: long texts in a format
-- class: memory
-- expect: error
local s = ("x"):rep(60000)
return text.format("%s%s%s%s", s, s, s, s)
