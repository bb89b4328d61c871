-- attack: a boolean as a key
-- class: data
-- expect: error
return { [true] = 1 }
