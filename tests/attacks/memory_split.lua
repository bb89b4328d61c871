-- attack: a text split into very many parts
-- class: memory
-- expect: aborted | error
return #text.split((","):rep(100000), ",")
