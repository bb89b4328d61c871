-- attack: gives many names to the text table
-- class: pollution
-- expect: aborted | error | harmless
-- again: yes
local t = {}
for i = 1, 3000 do t["name" .. i] = i end
return 1
