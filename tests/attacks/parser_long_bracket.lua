-- attack: a long bracket of 10,000 levels
-- class: parser
-- expect: refused | harmless
-- mode: generate
return "return [" .. ("="):rep(10000) .. "[x]" .. ("="):rep(10000) .. "]"
