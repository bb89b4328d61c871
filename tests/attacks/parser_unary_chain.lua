-- attack: a chain of not
-- class: parser
-- expect: refused
-- mode: generate
return "return " .. ("not "):rep(15000) .. "1"
