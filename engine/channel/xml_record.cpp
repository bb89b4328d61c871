#include "channel/xml_record.hpp"

#include <algorithm>
#include <expat.h>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "core/markup.hpp"
#include "core/utf8.hpp"

namespace sluice::channel {
namespace {

constexpr std::size_t kXmlMax = 65'536;
constexpr std::size_t kXmlMembersMax = 256;
constexpr std::size_t kXmlNameMax = 64;
constexpr std::string_view kXmlRoot = "xml";
constexpr std::string_view kXmlBlanks = " \t\r\n";

bool is_member_name(std::string_view name) {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !name.empty() && name.size() <= kXmlNameMax && is_letter(name.front()) &&
           std::ranges::all_of(name, [&](char c) {
               return is_letter(c) || (c >= '0' && c <= '9');
           });
}

/// What XML 1.0 can hold, of UTF-8.
bool is_xml_text(std::string_view text) {
    const bool has_control = std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20U && kXmlBlanks.find(c) == std::string_view::npos;
    });
    return !has_control && is_utf8(text) && text.find("\xef\xbf\xbe") == std::string_view::npos &&
           text.find("\xef\xbf\xbf") == std::string_view::npos;
}

std::unexpected<Error> no_record(std::string_view why) {
    return fail(ErrorCode::invalid, "the XML is no flat record: " + std::string(why));
}

struct ParserFree {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using ParserPtr = std::unique_ptr<std::remove_pointer_t<XML_Parser>, ParserFree>;

/// Gathers the members while the library reads, and stops it at the first thing that no flat
/// record has.
class RecordReader {
  public:
    RecordReader() : parser_(XML_ParserCreate("UTF-8")) {
        if (parser_ == nullptr) {
            throw std::bad_alloc();
        }
        XML_Parser parser = parser_.get();
        XML_SetUserData(parser, this);
        XML_SetElementHandler(parser, &on_start, &on_end);
        XML_SetCharacterDataHandler(parser, &on_text);
        XML_SetStartDoctypeDeclHandler(parser, &on_doctype);
        XML_SetProcessingInstructionHandler(parser, &on_instruction);
        XML_SetCommentHandler(parser, &on_comment);
        XML_SetXmlDeclHandler(parser, &on_declaration);
    }

    Result<Value> read(std::string_view text) {
        const auto done =
            XML_Parse(parser_.get(), text.data(), static_cast<int>(text.size()), XML_TRUE);
        if (!trouble_.empty()) {
            return no_record(trouble_);
        }
        if (done != XML_STATUS_OK) {
            return no_record(XML_ErrorString(XML_GetErrorCode(parser_.get())));
        }
        std::ranges::sort(members_, {}, &ValueMember::first);
        const auto twice = std::ranges::adjacent_find(members_, {}, &ValueMember::first);
        if (twice != members_.end()) {
            return no_record("'" + twice->first + "' stands twice");
        }
        return Value(std::move(members_));
    }

  private:
    static RecordReader& of(void* self) { return *static_cast<RecordReader*>(self); }

    static void on_start(void* self, const XML_Char* name, const XML_Char** attributes) {
        of(self).start(name, attributes[0] != nullptr);
    }
    static void on_end(void* self, const XML_Char* /*name*/) { of(self).end(); }
    static void on_text(void* self, const XML_Char* text, int size) {
        of(self).take({text, static_cast<std::size_t>(size)});
    }
    static void on_doctype(
        void* self, const XML_Char* /*name*/, const XML_Char*, const XML_Char*, int
    ) {
        of(self).refuse("it has a document type");
    }
    static void on_instruction(void* self, const XML_Char*, const XML_Char*) {
        of(self).refuse("it has a processing instruction");
    }
    static void on_comment(void* self, const XML_Char*) { of(self).refuse("it has a comment"); }
    static void on_declaration(
        void* self, const XML_Char* /*version*/, const XML_Char* encoding, int /*standalone*/
    ) {
        // The library was told to read UTF-8 whatever stands here: then it must stand here.
        std::string name = encoding != nullptr ? encoding : "UTF-8";
        std::ranges::transform(name, name.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        if (name != "UTF-8") {
            of(self).refuse("its encoding is not UTF-8");
        }
    }

    void start(std::string_view name, bool has_attributes) {
        if (has_attributes) {
            refuse("an element has attributes");
        } else if (!is_in_root_) {
            is_in_root_ = true;
            if (name != kXmlRoot) {
                refuse("its root is not <xml>");
            }
        } else if (member_) {
            refuse("a member holds another");
        } else if (!is_member_name(name)) {
            refuse("a member's name is none of 1 to 64 letters, digits and '_'");
        } else if (members_.size() == kXmlMembersMax) {
            refuse("it has more than 256 members");
        } else {
            member_ = ValueMember(name, std::string());
            text_.clear();
        }
    }

    void end() {
        if (member_) {
            member_->second = std::move(text_);
            members_.push_back(*std::move(member_));
            member_.reset();
            text_.clear();
        }
    }

    void take(std::string_view text) {
        if (member_) {
            text_ += text;
        } else if (text.find_first_not_of(kXmlBlanks) != std::string_view::npos) {
            refuse("text stands between members");
        }
    }

    /// The first reason counts.
    void refuse(std::string_view why) {
        if (trouble_.empty()) {
            trouble_ = why;
            XML_StopParser(parser_.get(), XML_FALSE);
        }
    }

    ParserPtr parser_;
    ValueObject members_;
    std::optional<ValueMember> member_;  ///< the one that is being read
    std::string text_;
    std::string_view trouble_;
    bool is_in_root_ = false;
};

}  // namespace

Result<Value> xml_decode(std::string_view text) {
    if (text.size() > kXmlMax) {
        return no_record("it is longer than 65536 bytes");
    }
    if (!is_utf8(text)) {
        return no_record("it is no UTF-8");
    }
    return RecordReader().read(text);
}

Result<std::string> xml_encode(const Value& record) {
    if (record.as_object() == nullptr) {
        return fail(
            ErrorCode::invalid,
            "XML is made of a " + std::string(record.kind_name()) + ", wanted a record"
        );
    }
    std::string out = "<xml>";
    for (const auto& [name, value] : *record.as_object()) {
        if (value.as_text() == nullptr || !is_xml_text(*value.as_text())) {
            return fail(ErrorCode::invalid, "the XML's '" + name + "' is no text that it can hold");
        }
        if (!is_member_name(name)) {
            return fail(
                ErrorCode::invalid,
                "the XML has a member '" + name + "', wanted 1 to 64 letters, digits and '_'"
            );
        }
        out += '<' + name + '>';
        out += escape_markup(*value.as_text());
        out += "</" + name + '>';
    }
    return out + "</xml>";
}

}  // namespace sluice::channel
