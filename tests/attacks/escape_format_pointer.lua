-- attack: %p shows an address
-- class: escape
-- expect: error
return text.format("%p", {})
