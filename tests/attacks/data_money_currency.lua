-- attack: a currency that does not exist
-- class: data
-- expect: error
return money(1, "XXX1")
