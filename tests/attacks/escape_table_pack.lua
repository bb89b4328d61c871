-- attack: table.move
-- class: escape
-- expect: error
return table.move({}, 1, 100000000, 1)
