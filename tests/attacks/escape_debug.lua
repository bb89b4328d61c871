-- attack: reaches for debug
-- class: escape
-- expect: error
return debug.x
