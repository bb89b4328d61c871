-- attack: many small tables
-- class: memory
-- expect: aborted
local t = {}
while true do t = { t, {}, {}, {} } end
