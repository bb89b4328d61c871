-- attack: gmatch for ever over an empty match
-- class: pattern
-- expect: aborted
while true do for w in text.gmatch(("a"):rep(1000), "()") do end end
