-- attack: much garbage, little kept
-- class: memory
-- expect: aborted
while true do local s = ("x"):rep(100000) end
