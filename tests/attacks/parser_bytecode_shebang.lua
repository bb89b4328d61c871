#!/usr/bin/lua
return 1
-- attack: a first line for a shell
-- class: parser
-- expect: refused
