-- attack: a comparator that is always true
-- class: cpu
-- expect: harmless
local t = {}
for i = 1, 3000 do t[i] = i % 10 end
list.sort(t, function() return true end)
return #t
