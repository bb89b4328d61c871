-- attack: gsub that repeats the whole match
-- class: pattern
-- expect: error | aborted
local s = ("a"):rep(1000)
return (text.gsub(s, "a+", ("%0"):rep(1000)))
