-- attack: more bytes than a call can take
-- class: memory
-- expect: error
return (("x"):rep(100000)):byte(1, -1)
