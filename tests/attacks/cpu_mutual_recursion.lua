-- attack: two functions that tail call each other
-- class: cpu
-- expect: aborted
local g
local function f() return g() end
g = function() return f() end
return f()
