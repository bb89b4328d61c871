-- attack: more captures than exist
-- class: pattern
-- expect: error
return text.match("a", ("()"):rep(40))
