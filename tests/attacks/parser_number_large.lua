-- attack: a number above 64 bits
-- class: parser
-- expect: refused
return 99999999999999999999
