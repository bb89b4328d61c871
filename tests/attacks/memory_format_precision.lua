-- attack: a format of a million digits
-- class: memory
-- expect: error
return text.format("%.1000000f", 1.5)
