-- attack: replacements out of a table
-- class: determinism
-- expect: harmless
-- deterministic: yes
return (text.gsub("a b c", "%w", { a = 1, b = 2 }))
