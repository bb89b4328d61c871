-- attack: a script of comments only
-- class: parser
-- expect: harmless
-- mode: generate
return ("-- x\n"):rep(12000)
