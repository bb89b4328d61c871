-- attack: list.insert far away
-- class: memory
-- expect: error
list.insert({}, 1000000, 1)
