-- attack: walks a library
-- class: escape
-- expect: error
return next(text)
