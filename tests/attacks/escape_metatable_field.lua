-- attack: __metatable of a library
-- class: escape
-- expect: error
return text.__metatable
