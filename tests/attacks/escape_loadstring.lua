-- attack: compiles a text the old way
-- class: escape
-- expect: error
return loadstring("return 1")()
