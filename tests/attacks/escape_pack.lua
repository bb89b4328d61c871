-- attack: string.pack
-- class: escape
-- expect: error
return string.pack("z", "x")
