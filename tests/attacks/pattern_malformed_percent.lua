-- attack: a lone percent sign
-- class: pattern
-- expect: error
return text.match("a", "a%")
