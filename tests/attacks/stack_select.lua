-- attack: select with a very negative position
-- class: stack
-- expect: error
return select(math.mininteger, 1, 2)
