-- attack: 60,000 empty lines, then a mistake
-- class: parser
-- expect: error
-- mode: generate
return ("\n"):rep(60000) .. "return nil + 1"
