-- attack: a large code point
-- class: parser
-- expect: refused
return "\u{7FFFFFFF}"
