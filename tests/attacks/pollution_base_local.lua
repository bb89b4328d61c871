-- attack: shadows a base function
-- class: pollution
-- expect: harmless
-- again: yes
local pairs = ipairs
local n = 0
for _ in pairs({ 1 }) do n = n + 1 end
return n
