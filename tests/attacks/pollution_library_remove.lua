-- attack: removes from a library
-- class: pollution
-- expect: error
-- again: yes
list.sort = nil
