-- attack: functions that keep large tables
-- class: memory
-- expect: aborted
local keep = {}
while true do
  local big = {}
  for i = 1, 1000 do big[i] = i end
  keep[#keep + 1] = function() return big end
end
