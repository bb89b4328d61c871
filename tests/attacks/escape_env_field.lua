-- attack: _ENV as a field
-- class: escape
-- expect: refused
local t = {}
return t._ENV
