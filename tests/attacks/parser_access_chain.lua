-- attack: thousands of accesses
-- class: parser
-- expect: refused
-- mode: generate
return "local t = {} return t" .. (".b"):rep(20000)
