-- attack: an unknown escape
-- class: parser
-- expect: refused
return "\q"
