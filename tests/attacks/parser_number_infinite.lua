-- attack: a fraction above all
-- class: parser
-- expect: refused
return 1e999
