-- attack: a range turned round
-- class: pattern
-- expect: harmless
return text.match("abc", "[z-a]") == nil
