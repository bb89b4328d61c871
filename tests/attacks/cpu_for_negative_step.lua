-- attack: counts down for ever
-- class: cpu
-- expect: aborted
for i = 1, math.mininteger, -1 do end
