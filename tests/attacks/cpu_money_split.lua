-- attack: splits money for ever
-- class: cpu
-- expect: aborted
local w = {}
for i = 1, 250 do w[i] = i end
while true do money(100, "CNY"):split(w) end
