-- attack: reaches for utf8
-- class: escape
-- expect: error
return utf8.x
