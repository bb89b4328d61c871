-- attack: asks for the memory in use
-- class: escape
-- expect: error
return collectgarbage("count")
