-- attack: string.dump
-- class: escape
-- expect: error
return string.dump(function() end)
