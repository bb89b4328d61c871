-- attack: reads past a metatable
-- class: escape
-- expect: error
return rawget(text, "upper")
