-- attack: a list that grows for ever
-- class: memory
-- expect: aborted
local t = {}
while true do t[#t + 1] = 1 end
