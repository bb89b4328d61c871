-- attack: blocks inside blocks
-- class: parser
-- expect: refused
-- mode: generate
return ("do "):rep(5000) .. ("end "):rep(5000)
