-- attack: an endless loop inside attempt
-- class: cpu
-- expect: aborted
return attempt(function() while true do end end)
