-- attack: changes a long text for ever
-- class: cpu
-- expect: aborted
local s = ("a"):rep(100000)
while true do s:upper() end
