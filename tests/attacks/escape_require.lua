-- attack: loads a module
-- class: escape
-- expect: error
return require("os")
