-- attack: a?^n a^n b
-- class: pattern
-- expect: error | aborted
return text.match(("a"):rep(28), ("a?"):rep(28) .. ("a"):rep(28) .. "b")
