-- attack: many nested captures
-- class: pattern
-- expect: error
return text.match("a", ("("):rep(200) .. "a" .. (")"):rep(200))
