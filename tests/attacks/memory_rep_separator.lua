-- attack: a separator that overflows
-- class: memory
-- expect: error
return (""):rep(math.maxinteger, "ab")
