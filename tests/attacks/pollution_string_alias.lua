-- attack: changes a library by its other name
-- class: pollution
-- expect: error
-- again: yes
string.upper = 1
