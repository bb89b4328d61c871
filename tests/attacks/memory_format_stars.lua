-- attack: a star for the width
-- class: memory
-- expect: error
return text.format("%*d", 1000000, 1)
