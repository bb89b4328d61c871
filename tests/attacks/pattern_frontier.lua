-- attack: %f without a set
-- class: pattern
-- expect: error
return text.match("a", "%f")
