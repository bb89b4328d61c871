-- attack: sets a metatable
-- class: escape
-- expect: error
return setmetatable({}, {})
