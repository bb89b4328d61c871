-- attack: changes a method by a text
-- class: pollution
-- expect: error
-- again: yes
local s = "a"
s.upper = 1
