-- attack: a text of 60,000 letters
-- class: parser
-- expect: refused
-- mode: generate
return "return '" .. ("a"):rep(60000) .. "'"
