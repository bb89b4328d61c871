-- attack: a list with names
-- class: data
-- expect: error
return { 1, 2, x = 1 }
