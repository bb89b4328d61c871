-- attack: a result that differs between processors
-- class: parser
-- expect: refused
return 2 ^ 0.5
