-- attack: money of a text
-- class: data
-- expect: error
return money("1", "CNY")
