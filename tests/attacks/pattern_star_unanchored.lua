-- attack: x*y over 100 KB is quadratic
-- class: pattern
-- expect: error | aborted
return text.find(("x"):rep(100000), "x*y")
