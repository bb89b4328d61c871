-- attack: attempts a library function with rubbish
-- class: escape
-- expect: error
attempt(list.sort, 1, 2, 3)
