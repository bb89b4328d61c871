-- attack: a text without end
-- class: parser
-- expect: refused
return "abc
