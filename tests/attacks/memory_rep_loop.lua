-- attack: many texts just below the limit
-- class: memory
-- expect: aborted
local t = {}
for i = 1, 1000 do t[i] = ("x"):rep(131000) .. i end
