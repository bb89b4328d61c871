-- attack: metatable of money
-- class: escape
-- expect: error
return money(1, "CNY").__add
