-- attack: unbalanced parentheses are quadratic
-- class: pattern
-- expect: error | aborted
return text.find(("("):rep(64000), "%b()")
