-- attack: tostring shows no address
-- class: escape
-- expect: harmless
return tostring({})
