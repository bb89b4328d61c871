-- attack: a method table named like a metatable
-- class: escape
-- expect: harmless
local methods = { __metatable = 1, __gc = function() end, __mode = "k", __close = function() end }
local o = object(methods, {})
return type(o)
