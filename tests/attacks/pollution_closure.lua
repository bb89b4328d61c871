-- attack: counts in a closure
-- class: pollution
-- expect: harmless
-- again: yes
-- same: yes
local n = 0
local function f() n = n + 1 return n end
f()
return f()
