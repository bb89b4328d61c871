-- attack: thousands of breaks
-- class: parser
-- expect: refused
-- mode: generate
return "while true do " .. ("if x then break end "):rep(3000) .. "end"
