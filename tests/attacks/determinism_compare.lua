-- attack: the order of texts
-- class: determinism
-- expect: harmless
-- deterministic: yes
return { "a" < "B", "ä" < "z", "" < "a", "a" < "a\0" }
