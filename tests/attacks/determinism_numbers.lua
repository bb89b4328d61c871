-- attack: texts of fractions
-- class: determinism
-- expect: harmless
-- deterministic: yes
return { tostring(0.1), tostring(1e100), tostring(1 / 3), text.format("%.17g", 0.1) }
