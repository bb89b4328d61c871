-- attack: letters of another alphabet
-- class: determinism
-- expect: harmless
-- deterministic: yes
return ("äé中"):upper()
