-- attack: the order of equal values
-- class: determinism
-- expect: harmless
-- deterministic: yes
local t = {}
for i = 1, 500 do t[i] = { i % 5, i } end
list.sort(t, function(x, y) return x[1] < y[1] end)
return t
