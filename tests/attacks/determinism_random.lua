-- attack: asks for chance
-- class: determinism
-- expect: error
-- deterministic: yes
return math.random()
