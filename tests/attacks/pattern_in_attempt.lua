-- attack: a pattern bomb inside attempt
-- class: pattern
-- expect: error | aborted
return attempt(function() return text.find(("x"):rep(100000), "x*y") end)
