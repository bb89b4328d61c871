-- attack: reads the metatable of texts
-- class: escape
-- expect: error
return getmetatable("").__index
