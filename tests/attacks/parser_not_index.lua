-- attack: the index that is compiled wrongly
-- class: parser
-- expect: refused
local fee = { [true] = 1 }
return (function(a, b) return fee[a < b] end)(1, 2)
