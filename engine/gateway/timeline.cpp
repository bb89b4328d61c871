#include "gateway/timeline.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/timeline_text.hpp"

namespace sluice::gateway {
namespace {

/// A list of the journal's body and what its items are to a reader.
struct JournalPart {
    std::string_view member;
    std::string_view kind;
};
constexpr std::array kJournalParts{
    JournalPart{"facts", "fact"},
    JournalPart{"recorded", "result"},
    JournalPart{"effects", "effect"}
};

/// The journal's tagged money becomes the form the API uses everywhere.
Value plain(const Value& value) {
    if (const Money* money = value.as_money()) {
        Value pair;
        pair.set("amount", money->minor());
        pair.set("currency", money->currency().code());
        return pair;
    }
    if (const ValueObject* members = value.as_object()) {
        ValueObject copy;
        for (const auto& [name, member] : *members) {
            copy.emplace_back(name, plain(member));
        }
        return Value(std::move(copy));
    }
    if (const ValueArray* elements = value.as_array()) {
        ValueArray copy;
        for (const Value& element : *elements) {
            copy.push_back(plain(element));
        }
        return Value(std::move(copy));
    }
    return value;
}

/// The stage that a flow is in; unset between two of them.
class StageClock {
  public:
    void see(const Value& item) {
        if (item.text_or_empty("type") == "stage") {
            is_open_ = item.text_or_empty("phase") != "done";
            name_ = std::string(item.text_or_empty("name"));
            is_closing_ = !is_open_;
        } else {
            is_closing_ = false;
        }
    }
    [[nodiscard]] Value now() const { return is_open_ || is_closing_ ? Value(name_) : Value(); }

  private:
    std::string name_;
    bool is_open_ = false;
    bool is_closing_ = false;  ///< the end of a stage still belongs to it
};

Value details_of(const Value& item) {
    Value details{ValueObject{}};
    if (const ValueObject* members = item.as_object()) {
        for (const auto& [name, member] : *members) {
            if (name != "type") {
                details.set(name, plain(member));
            }
        }
    }
    return details;
}

Value render_sentence(Sentence sentence) {
    Value body;
    body.set("en", std::move(sentence.en));
    body.set("zh", std::move(sentence.zh));
    return body;
}

class Renderer {
  public:
    explicit Renderer(const payment::Picture& picture) : narrator_(picture) {}

    void add(const JournalActivation& activation, const JournalPart& part) {
        const Value* list = activation.body.find(part.member);
        const ValueArray* elements = list == nullptr ? nullptr : list->as_array();
        if (elements == nullptr) {
            return;
        }
        for (const Value& item : *elements) {
            stage_.see(item);
            items_.push_back(render(activation, part, item));
        }
    }
    ValueArray take() { return std::move(items_); }

  private:
    Value render(const JournalActivation& activation, const JournalPart& part, const Value& item)
        const {
        const int leg = narrator_.leg_of(item);
        Value body;
        body.set("at", format_rfc3339(activation.at));
        body.set("activation", activation.seq);
        body.set("stage", stage_.now());
        body.set("leg", leg == 0 ? Value() : Value(leg));
        body.set("kind", part.kind);
        body.set("type", item.text_or_empty("type"));
        body.set("text", render_sentence(narrator_.tell(item)));
        body.set("details", details_of(item));
        return body;
    }

    Narrator narrator_;
    StageClock stage_;
    ValueArray items_;
};

}  // namespace

Value render_timeline(
    const payment::Picture& picture, const std::vector<JournalActivation>& journal
) {
    Renderer renderer(picture);
    for (const JournalActivation& activation : journal) {
        for (const JournalPart& part : kJournalParts) {
            renderer.add(activation, part);
        }
    }
    Value body;
    body.set(
        std::string(payment::to_string(picture.subject.service)) + "_id", picture.subject.name()
    );
    body.set("items", renderer.take());
    return body;
}

}  // namespace sluice::gateway
