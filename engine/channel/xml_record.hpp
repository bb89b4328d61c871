#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::channel {

/// Reads <xml><name>text</name>...</xml>, as older protocols write a record, into texts sorted by
/// name. `invalid` for everything else, as two readers could understand it differently: more than
/// 64 KiB or 256 members, bytes that are no UTF-8, a document type, an entity but the five of the
/// language, members within members, attributes, comments, processing instructions, text between
/// members, a name that stands twice or is none of 1 to 64 ASCII letters, digits and '_'.
Result<Value> xml_decode(std::string_view text);

/// The members of a record of texts as such a document, in their order, without a declaration.
/// `invalid` when a member is no text, or a name or character could not be read back.
Result<std::string> xml_encode(const Value& record);

}  // namespace sluice::channel
