-- attack: a function in the result
-- class: data
-- expect: error
return function() return { f = function() end } end
