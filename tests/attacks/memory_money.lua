-- attack: keeps many amounts
-- class: memory
-- expect: aborted
local t = {}
while true do t[#t + 1] = money(#t, "CNY") end
