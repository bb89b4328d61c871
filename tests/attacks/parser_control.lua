-- attack: a control character
-- class: parser
-- expect: refused
return ""
