-- attack: keys made to collide in one map
-- class: cpu
-- expect: aborted | harmless
local t = {}
for i = 1, 4000 do t[i * 4096 * 4096 + 0.5] = i end
local n = 0
for round = 1, 20 do
  for i = 1, 4000 do n = n + t[i * 4096 * 4096 + 0.5] end
end
return n
