-- attack: catches the overflow and goes on
-- class: stack
-- expect: aborted | error
local n = 0
local function f() n = n + 1; return 1 + f() end
while true do attempt(f) end
