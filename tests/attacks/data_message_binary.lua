-- attack: an error with broken text
-- class: data
-- expect: error
fail{ code = "x", message = "\255" }
