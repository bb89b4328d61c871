-- attack: a text with a NUL
-- class: data
-- expect: error
return "a\0b"
