-- attack: a result of 20,000 parts
-- class: data
-- expect: error
local t = {}
for i = 1, 15000 do t[i] = i end
return { t, t }
