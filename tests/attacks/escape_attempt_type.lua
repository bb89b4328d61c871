-- attack: attempts a table
-- class: escape
-- expect: error
attempt({})
