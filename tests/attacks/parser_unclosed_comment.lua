-- attack: a comment without end
-- class: parser
-- expect: refused
--[[ abc
return 1
