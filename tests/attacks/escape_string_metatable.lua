-- attack: metatable through a text
-- class: escape
-- expect: error
return ("").__index
