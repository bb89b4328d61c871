-- attack: uses what a memory bomb left
-- class: memory
-- expect: aborted
local t = {}
attempt(function() while true do t[#t + 1] = ("x"):rep(50000) .. #t end end)
return #t
