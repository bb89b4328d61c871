-- attack: bit operators with many constants
-- class: parser
-- expect: refused
return 1 ~ (2 | 3)
