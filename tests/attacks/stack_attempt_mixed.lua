-- attack: recursion through attempt and back
-- class: stack
-- expect: error | aborted
local function f(n) local ok, x = attempt(f, n + 1) return ok, x end
return f(1)
