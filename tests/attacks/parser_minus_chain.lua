-- attack: a chain of minus
-- class: parser
-- expect: refused
-- mode: generate
return "return " .. ("- "):rep(20000) .. "1"
