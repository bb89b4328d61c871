-- attack: a length that overflows
-- class: memory
-- expect: error
return ("xx"):rep(math.maxinteger)
