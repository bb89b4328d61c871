-- attack: a result that is no number
-- class: data
-- expect: error
return { amount = 0 / 0 }
