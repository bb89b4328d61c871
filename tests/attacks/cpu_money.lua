-- attack: calculates with money for ever
-- class: cpu
-- expect: aborted
local m = money(1, "CNY")
while true do m = m + money(0, "CNY") end
