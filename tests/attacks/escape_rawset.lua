-- attack: writes past a metatable
-- class: escape
-- expect: error
rawset(text, "upper", nil)
