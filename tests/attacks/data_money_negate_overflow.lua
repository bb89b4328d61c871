-- attack: the smallest money turned round
-- class: data
-- expect: error
return -money(math.mininteger, "CNY")
