-- attack: the order of pairs
-- class: determinism
-- expect: harmless
-- deterministic: yes
local s = ""
local t = {}
for i = 1, 50 do t["key" .. i * 7919] = i end
for k, v in pairs(t) do s = s .. k .. v end
return s
