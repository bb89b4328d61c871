-- attack: a constant variable
-- class: escape
-- expect: refused
local x <const> = 1
