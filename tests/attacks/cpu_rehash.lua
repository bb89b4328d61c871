-- attack: grows and shrinks a map across its sizes
-- class: cpu
-- expect: aborted | harmless
for round = 1, 1000 do
  local t = {}
  for i = 1, 8000 do t["k" .. i] = i end
end
