-- attack: a?^n a^n needs 2^n steps
-- class: pattern
-- expect: error | aborted
return text.match(("a"):rep(30), ("a?"):rep(30) .. ("a"):rep(30))
