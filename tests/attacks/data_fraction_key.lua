-- attack: a fraction as a key
-- class: data
-- expect: error
return { [0.5] = 1 }
