-- attack: addresses in texts
-- class: determinism
-- expect: harmless
-- deterministic: yes
return { tostring({}), tostring(tostring), tostring(function() end), text.format("%s", {}) }
