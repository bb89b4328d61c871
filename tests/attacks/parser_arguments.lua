-- attack: a call of 10,000 arguments
-- class: parser
-- expect: refused
-- mode: generate
return "return tostring(1" .. (",1"):rep(10000) .. ")"
