-- attack: half a surrogate pair
-- class: parser
-- expect: refused
return "í €"
