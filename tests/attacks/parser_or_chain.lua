-- attack: a chain of or: quadratic to compile
-- class: parser
-- expect: refused
-- mode: generate
return "local a = 1 return a" .. (" or a"):rep(10000)
