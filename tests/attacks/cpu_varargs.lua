-- attack: passes many arguments for ever
-- class: cpu
-- expect: aborted
local t = {}
for i = 1, 250 do t[i] = i end
local function f(...) return select("#", ...) end
while true do f(list.unpack(t)) end
