-- attack: money times too much
-- class: data
-- expect: error
return money(math.maxinteger, "CNY") * 2
