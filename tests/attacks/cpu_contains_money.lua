-- attack: compares money for ever
-- class: cpu
-- expect: aborted
local t = {}
for i = 1, 2000 do t[i] = money(i, "CNY") end
local x = money(0, "CNY")
while true do list.contains(t, x) end
