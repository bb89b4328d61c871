-- attack: counts in a local of the file
-- class: pollution
-- expect: harmless
-- again: yes
-- same: yes
local n = 0
n = n + 1
return n
