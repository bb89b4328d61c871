-- attack: changes a library function
-- class: pollution
-- expect: error
-- again: yes
text.upper = function() return "x" end
