-- attack: shadows a library for itself only
-- class: pollution
-- expect: harmless
-- again: yes
local text = { upper = function() return "x" end }
return text.upper("a")
