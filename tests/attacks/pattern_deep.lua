-- attack: a pattern as deep as is allowed
-- class: pattern
-- expect: error | harmless | aborted
return text.match(("a"):rep(1000), ("a-"):rep(127) .. "b")
