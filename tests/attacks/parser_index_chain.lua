-- attack: thousands of nested indexes
-- class: parser
-- expect: refused
-- mode: generate
return "local t return " .. ("t["):rep(10000) .. "1" .. ("]"):rep(10000)
