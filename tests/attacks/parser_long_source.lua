-- attack: a script above 64 KiB
-- class: parser
-- expect: refused
-- mode: generate
return "return 1 --" .. ("x"):rep(70000)
