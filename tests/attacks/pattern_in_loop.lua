-- attack: a heavy but allowed pattern again and again
-- class: pattern
-- expect: aborted | error
while true do text.match(("x"):rep(400), "x-x-y") end
