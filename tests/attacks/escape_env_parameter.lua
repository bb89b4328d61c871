-- attack: _ENV as a parameter
-- class: escape
-- expect: refused
return (function(_ENV) return x end)({})
