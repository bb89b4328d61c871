-- attack: changes methods after the object was made
-- class: pollution
-- expect: error
-- again: yes
local m = { f = function() return 1 end }
local o = object(m, {})
m.f = function() return 2 end
