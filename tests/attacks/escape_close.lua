-- attack: a closing variable
-- class: escape
-- expect: refused
local x <close> = nil
