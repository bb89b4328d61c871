-- attack: counts to the largest number
-- class: cpu
-- expect: aborted
for i = 1, math.maxinteger do end
