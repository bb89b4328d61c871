-- attack: an error with control characters
-- class: data
-- expect: error
fail{ code = "x\27[31m", message = "\7\8" }
