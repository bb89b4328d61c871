-- attack: negative weights
-- class: data
-- expect: error
return money(100, "CNY"):split{ 2, -1 }
