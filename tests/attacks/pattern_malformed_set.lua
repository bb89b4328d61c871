-- attack: a set that does not end
-- class: pattern
-- expect: error
return text.match("a", "[%")
