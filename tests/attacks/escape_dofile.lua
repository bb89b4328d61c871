-- attack: runs a file
-- class: escape
-- expect: error
return dofile("/etc/passwd")
