-- attack: reaches for coroutine
-- class: escape
-- expect: error
return coroutine.x
