-- attack: one text of a gigabyte
-- class: memory
-- expect: error
return ("x"):rep(1073741824)
