-- attack: a money method on a text
-- class: escape
-- expect: error
local f = money(1, "CNY").split
return f("text", { 1 })
