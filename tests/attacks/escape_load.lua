-- attack: compiles a text
-- class: escape
-- expect: error
return load("return 1")()
