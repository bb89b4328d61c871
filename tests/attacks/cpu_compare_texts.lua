-- attack: compares two long equal texts for ever
-- class: cpu
-- expect: aborted
local a, b = ("a"):rep(100000) .. "x", ("a"):rep(100000) .. "y"
local n = 0
while true do if a < b then n = n + 1 end end
