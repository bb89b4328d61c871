-- attack: adds keys while it walks
-- class: cpu
-- expect: harmless
local t = { a = 1 }
for k in pairs(t) do t[k .. "x"] = 1 end
local n = 0
for k in pairs(t) do n = n + 1 end
return n
