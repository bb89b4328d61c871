-- attack: functions of the mathematical library
-- class: determinism
-- expect: error
-- deterministic: yes
return math.exp(1)
