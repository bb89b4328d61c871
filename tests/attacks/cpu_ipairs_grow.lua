-- attack: appends while it walks
-- class: cpu
-- expect: aborted
local t = { 1 }
for i in ipairs(t) do t[i + 1] = i end
