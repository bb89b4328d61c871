-- attack: sorts a library
-- class: pollution
-- expect: error
-- again: yes
list.sort(list)
