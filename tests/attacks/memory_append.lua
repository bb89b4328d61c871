-- attack: appends to a text for ever
-- class: memory
-- expect: aborted
local s = ""
while true do s = s .. "0123456789" end
