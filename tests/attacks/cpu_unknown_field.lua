-- attack: looks up names that do not exist, for suggestions
-- class: cpu
-- expect: error
local f = {}
for i = 1, 2000 do f["name_" .. i] = i end
local o = object({}, f)
return o.name_99999
