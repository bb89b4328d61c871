-- attack: splits a long text into bytes for ever
-- class: cpu
-- expect: aborted | error
local s = (","):rep(10000)
while true do text.split(s, ",") end
