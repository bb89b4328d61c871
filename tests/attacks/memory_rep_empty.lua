-- attack: repeats nothing very often
-- class: memory
-- expect: harmless
return #(""):rep(math.maxinteger)
