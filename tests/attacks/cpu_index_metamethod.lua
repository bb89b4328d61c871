-- attack: a loop in __index
-- class: cpu
-- expect: error
local t = setmetatable({}, { __index = function(t, k) return t[k] end })
return t.x
