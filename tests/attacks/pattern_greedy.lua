-- attack: greedy stars over a long text
-- class: pattern
-- expect: error | aborted
return text.match(("x"):rep(100000), "x*x*x*y")
