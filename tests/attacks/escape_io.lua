-- attack: reaches for io
-- class: escape
-- expect: error
return io.x
