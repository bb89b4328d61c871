-- attack: a Cyrillic letter in a name
-- class: parser
-- expect: refused
local а = 1
return а
