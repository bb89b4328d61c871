-- attack: an invisible space
-- class: parser
-- expect: refused
local a​ = 1
