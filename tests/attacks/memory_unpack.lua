-- attack: more values than a call can take
-- class: memory
-- expect: error
return list.unpack({}, 1, 1000000)
