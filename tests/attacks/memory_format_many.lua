-- attack: many wide fields
-- class: memory
-- expect: error | aborted
return text.format(("%99d"):rep(5000), list.unpack({ 1, 2, 3 }))
