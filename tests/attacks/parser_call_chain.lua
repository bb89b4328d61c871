-- attack: thousands of calls
-- class: parser
-- expect: refused
-- mode: generate
return "local f return f" .. ("()"):rep(20000)
