-- attack: reads _G
-- class: escape
-- expect: refused
return _G.print
