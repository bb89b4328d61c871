-- attack: text that reads in another direction
-- class: parser
-- expect: refused
local admin = "a" --‮
return admin
