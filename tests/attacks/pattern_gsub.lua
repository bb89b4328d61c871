-- attack: gsub with a lazy pattern
-- class: pattern
-- expect: error | aborted
return text.gsub(("x"):rep(5000), ".-.-.-y", "z")
