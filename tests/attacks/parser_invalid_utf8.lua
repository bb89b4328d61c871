-- attack: broken UTF-8
-- class: parser
-- expect: refused
return "À€"
