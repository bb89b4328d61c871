-- attack: a comparator that contradicts itself
-- class: cpu
-- expect: harmless
local n = 0
local t = {}
for i = 1, 2000 do t[i] = i end
list.sort(t, function(x, y) n = n + 1; return n % 2 == 0 end)
return #t
