-- attack: an infinite result
-- class: data
-- expect: error
return 1 / 0
