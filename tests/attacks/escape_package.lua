-- attack: reaches for package
-- class: escape
-- expect: error
return package.x
