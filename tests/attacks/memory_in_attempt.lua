-- attack: a memory bomb inside attempt
-- class: memory
-- expect: aborted
return attempt(function() local t = {} while true do t[#t + 1] = {} end end)
