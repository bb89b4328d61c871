-- attack: recursion without end
-- class: stack
-- expect: aborted | error
local function f() return 1 + f() end
return f()
