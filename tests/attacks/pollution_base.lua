-- attack: changes a base function
-- class: pollution
-- expect: refused
-- again: yes
pairs = nil
