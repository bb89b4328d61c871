-- attack: an escape above 255
-- class: parser
-- expect: refused
return "\999"
