-- attack: adds to a library
-- class: pollution
-- expect: error
-- again: yes
list.evil = 1
