-- attack: a list with holes
-- class: data
-- expect: error
return { 1, nil, 3 }
