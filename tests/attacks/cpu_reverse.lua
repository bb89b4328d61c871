-- attack: turns a long text round for ever
-- class: cpu
-- expect: aborted
local s = ("ab"):rep(60000)
while true do s = s:reverse() end
