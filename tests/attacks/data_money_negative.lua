-- attack: money may be negative, it is data
-- class: data
-- expect: harmless
return money(-1, "CNY")
