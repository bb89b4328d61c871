-- attack: money above all money
-- class: data
-- expect: error
return money(math.maxinteger, "CNY") + money(1, "CNY")
