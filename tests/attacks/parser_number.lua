-- attack: a malformed number
-- class: parser
-- expect: refused
return 1.2.3
