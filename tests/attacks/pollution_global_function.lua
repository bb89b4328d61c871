-- attack: leaves a global function
-- class: pollution
-- expect: refused
-- again: yes
function leak() end
