-- attack: a failure with a long message
-- class: memory
-- expect: error
fail{ code = "x", message = ("long "):rep(20000) }
