-- attack: reaches for os
-- class: escape
-- expect: error
return os.x
