-- attack: a substring made to be quadratic
-- class: cpu
-- expect: aborted | error
local s = ("a"):rep(120000)
local p = ("a"):rep(60000) .. "b"
while true do s:contains(p) end
