-- attack: leaves a global
-- class: pollution
-- expect: refused
-- again: yes
leak = 1
