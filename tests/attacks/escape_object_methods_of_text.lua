-- attack: methods taken from a library
-- class: escape
-- expect: harmless
local o = object(text, { a = 1 })
return o.a
