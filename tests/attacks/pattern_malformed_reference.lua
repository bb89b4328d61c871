-- attack: a reference to itself
-- class: pattern
-- expect: error
return text.match("aa", "(a%1)")
