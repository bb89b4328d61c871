-- attack: gsub with long texts from a table
-- class: memory
-- expect: error
return text.gsub(("x"):rep(1000), "x", { x = ("y"):rep(10000) })
