-- attack: thousands of parentheses
-- class: parser
-- expect: refused
-- mode: generate
return "return " .. ("("):rep(20000) .. "1" .. (")"):rep(20000)
