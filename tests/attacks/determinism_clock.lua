-- attack: asks for the time
-- class: determinism
-- expect: error
-- deterministic: yes
return os.time()
