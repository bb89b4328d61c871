-- attack: a table as a key
-- class: data
-- expect: error
return { [{}] = 1 }
