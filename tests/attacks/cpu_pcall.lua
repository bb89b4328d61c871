-- attack: pcall around an endless loop
-- class: cpu
-- expect: error
return pcall(function() while true do end end)
