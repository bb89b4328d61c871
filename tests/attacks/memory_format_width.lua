-- attack: a format of a million blanks
-- class: memory
-- expect: error
return text.format("%1000000d", 1)
