-- attack: basis points that overflow
-- class: data
-- expect: error
return money(math.maxinteger, "CNY"):basis_points(math.maxinteger, "up")
