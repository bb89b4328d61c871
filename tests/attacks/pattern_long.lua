-- attack: a pattern of 10,000 characters
-- class: pattern
-- expect: error
return text.match("a", ("a?"):rep(5000))
