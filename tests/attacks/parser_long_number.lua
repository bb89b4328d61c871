-- attack: a number of 10,000 digits
-- class: parser
-- expect: refused
-- mode: generate
return "return 0." .. ("1"):rep(10000)
