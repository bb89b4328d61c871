-- attack: a loop whose step is zero
-- class: cpu
-- expect: error
for i = 1, 2, 0 do end
