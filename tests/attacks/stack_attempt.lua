-- attack: attempt that calls attempt
-- class: stack
-- expect: error | aborted
local function f() return attempt(f) end
return f()
