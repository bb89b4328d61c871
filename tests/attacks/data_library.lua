-- attack: a library as the result
-- class: data
-- expect: error | harmless
return text
