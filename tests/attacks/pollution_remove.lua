-- attack: removes from a library as if it were a list
-- class: pollution
-- expect: error
-- again: yes
list.remove(list, 1)
