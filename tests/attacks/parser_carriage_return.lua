-- attack: a lone carriage return hides a line
-- class: parser
-- expect: refused
-- commentreturn 1
