-- attack: weights that overflow
-- class: data
-- expect: error
return money(100, "CNY"):split{ math.maxinteger, math.maxinteger }
