-- attack: bounds that overflow
-- class: memory
-- expect: error
return list.unpack({}, math.mininteger, math.maxinteger)
