-- attack: ... where there are none
-- class: parser
-- expect: refused
return function() return ... end
