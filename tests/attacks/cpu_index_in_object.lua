-- attack: a method table with __index
-- class: cpu
-- expect: error | harmless
local methods = { __index = function(t, k) while true do end end }
local o = object(methods, {})
return o.anything
