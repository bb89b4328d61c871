-- attack: replaces _ENV
-- class: escape
-- expect: refused
local _ENV = {}
return x
