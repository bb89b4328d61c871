-- attack: one expression that joins much
-- class: memory
-- expect: aborted | error
local s = ("x"):rep(100000)
return s .. s .. s .. s .. s .. s
