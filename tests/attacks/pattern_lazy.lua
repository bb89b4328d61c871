-- attack: four lazy stars over a short text
-- class: pattern
-- expect: error | aborted
return text.match(("x"):rep(150), ".-.-.-.-y")
