-- attack: a chain of joins
-- class: parser
-- expect: refused
-- mode: generate
return "return 1" .. (" .. 1"):rep(10000)
