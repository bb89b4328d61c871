-- attack: reads _ENV
-- class: escape
-- expect: refused
return _ENV
