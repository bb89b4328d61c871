-- attack: a name of 10,000 letters
-- class: parser
-- expect: refused
-- mode: generate
return "local " .. ("a"):rep(10000) .. " = 1"
