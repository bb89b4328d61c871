-- attack: a small table that unfolds to millions
-- class: data
-- expect: error
local t = { 1 }
for i = 1, 30 do t = { t, t } end
return t
