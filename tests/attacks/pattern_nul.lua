-- attack: a pattern with a NUL
-- class: pattern
-- expect: harmless
return text.match("a\0b", "\0") ~= nil
