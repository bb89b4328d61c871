-- attack: writes into money
-- class: escape
-- expect: error
local m = money(1, "CNY")
m.minor = function() return 0 end
