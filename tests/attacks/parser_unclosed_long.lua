-- attack: a long text without end
-- class: parser
-- expect: refused
return [==[ abc ]=]
