-- attack: thousands of braces
-- class: parser
-- expect: refused
-- mode: generate
return "return " .. ("{"):rep(20000) .. ("}"):rep(20000)
