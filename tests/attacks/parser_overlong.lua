-- attack: an overlong encoding
-- class: parser
-- expect: refused
return "à€¯"
