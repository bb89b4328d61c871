-- attack: a loop whose step is lost in rounding
-- class: cpu
-- expect: aborted
for i = 1e300, 2e300, 1 do end
