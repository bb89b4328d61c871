-- attack: fails with a function
-- class: escape
-- expect: error
fail(function() end)
