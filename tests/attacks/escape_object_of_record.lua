-- attack: an object made of a library
-- class: escape
-- expect: error
return object({}, text)
