-- attack: inserts into a library as if it were a list
-- class: pollution
-- expect: error
-- again: yes
list.insert(text, 1)
