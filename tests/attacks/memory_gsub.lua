-- attack: gsub with a long replacement
-- class: memory
-- expect: error
return text.gsub(("x"):rep(1000), "x", ("y"):rep(10000))
