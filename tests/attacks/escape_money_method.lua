-- attack: a money method on something else
-- class: escape
-- expect: error
local f = money(1, "CNY").minor
return f({})
