-- attack: a result nested very deep
-- class: stack
-- expect: error
local t = {}
for i = 1, 10000 do t = { t } end
return t
