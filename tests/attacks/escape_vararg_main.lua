-- attack: reads the arguments of the main chunk
-- class: escape
-- expect: harmless
return select("#", ...)
