-- attack: the length of a list with holes and names
-- class: determinism
-- expect: harmless
-- deterministic: yes
local out = {}
for n = 1, 60 do
  local t = {}
  for i = 1, n do t[i] = i; t["k" .. i] = i end
  for i = 1, n, 3 do t[i] = nil end
  out[n] = #t
end
return out
