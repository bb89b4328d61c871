-- attack: tail calls need no stack and never end
-- class: cpu
-- expect: aborted
local function f(n) return f(n + 1) end
return f(1)
