-- attack: tries again after every kill
-- class: cpu
-- expect: aborted
while true do attempt(function() while true do end end) end
