-- attack: a result that contains itself
-- class: stack
-- expect: error
local t = {}
t.me = { t }
return t
