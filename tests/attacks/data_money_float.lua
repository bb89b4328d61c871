-- attack: money of a fraction
-- class: data
-- expect: error
return money(0.1, "CNY")
