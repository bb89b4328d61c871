#include "support/openapi_check.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "json/json.hpp"

namespace sluice::testing {
namespace {

using Faults = std::vector<std::string>;

const Value* follow(const Value& document, std::string_view reference) {
    const Value* at = &document;
    reference.remove_prefix(std::min<std::size_t>(2, reference.size()));
    while (at != nullptr && !reference.empty()) {
        const std::size_t end = std::min(reference.find('/'), reference.size());
        at = at->find(reference.substr(0, end));
        reference.remove_prefix(std::min(end + 1, reference.size()));
    }
    return at;
}

/// The value itself, or what its $ref points to; throws for a dangling one.
const Value& resolve(const Value& document, const Value& value) {
    const Value* reference = value.find("$ref");
    if (reference == nullptr) {
        return value;
    }
    const Value* target = follow(document, *reference->as_text());
    if (target == nullptr) {
        throw std::runtime_error("dangling reference " + *reference->as_text());
    }
    return resolve(document, *target);
}

std::string_view type_of(const Value& value) {
    if (value.as_object() != nullptr) {
        return "object";
    }
    if (value.as_array() != nullptr) {
        return "array";
    }
    if (value.as_text() != nullptr) {
        return "string";
    }
    if (value.as_int() != nullptr) {
        return "integer";
    }
    if (value.as_double() != nullptr) {
        return "number";
    }
    return value.as_bool() != nullptr ? "boolean" : "null";
}

class Validator {
  public:
    explicit Validator(const Value& document) : document_(document) {}

    Faults check(const Value& schema, const Value& value) {
        walk(schema, value, "");
        return std::move(faults_);
    }

  private:
    void walk(const Value& unresolved, const Value& value, const std::string& place) {
        const Value& schema = resolve(document_, unresolved);
        if (const Value* choices = schema.find("oneOf")) {
            walk_choices(*choices->as_array(), value, place);
        }
        check_type(schema, value, place);
        check_enum(schema, value, place);
        if (value.as_object() != nullptr) {
            walk_object(schema, value, place);
        }
        const Value* items = schema.find("items");
        if (items != nullptr && value.as_array() != nullptr) {
            std::size_t i = 0;
            for (const Value& element : *value.as_array()) {
                walk(*items, element, place + "/" + std::to_string(i++));
            }
        }
    }

    void walk_choices(const ValueArray& choices, const Value& value, const std::string& place) {
        std::size_t fitting = 0;
        std::string reasons;
        for (const Value& choice : choices) {
            const Faults faults = Validator(document_).check(choice, value);
            fitting += faults.empty() ? 1U : 0U;
            reasons += faults.empty() ? "" : " [" + faults.front() + "]";
        }
        if (fitting != 1) {
            add(place, "fits " + std::to_string(fitting) + " of oneOf, wanted 1:" + reasons);
        }
    }

    void check_type(const Value& schema, const Value& value, const std::string& place) {
        const Value* type = schema.find("type");
        if (type == nullptr) {
            return;
        }
        const std::string_view actual = type_of(value);
        const bool fits = type->as_text() != nullptr
                              ? *type->as_text() == actual
                              : std::ranges::any_of(*type->as_array(), [&](const Value& allowed) {
                                    return *allowed.as_text() == actual;
                                });
        if (!fits) {
            add(place, "is " + std::string(actual) + ", wanted type " + to_json(*type));
        }
    }

    void check_enum(const Value& schema, const Value& value, const std::string& place) {
        const Value* words = schema.find("enum");
        if (words == nullptr) {
            return;
        }
        if (std::ranges::find(*words->as_array(), value) == words->as_array()->end()) {
            add(place, "is " + to_json(value) + ", wanted one of " + to_json(*words));
        }
    }

    void walk_object(const Value& schema, const Value& value, const std::string& place) {
        if (const Value* required = schema.find("required")) {
            for (const Value& name : *required->as_array()) {
                if (value.find(*name.as_text()) == nullptr) {
                    add(place, "lacks the member " + *name.as_text());
                }
            }
        }
        const Value* properties = schema.find("properties");
        const Value* additional = schema.find("additionalProperties");
        for (const auto& [name, member] : *value.as_object()) {
            const Value* known = properties == nullptr ? nullptr : properties->find(name);
            const std::string below = place + "/" + name;
            if (known != nullptr) {
                walk(*known, member, below);
            } else if (additional != nullptr && additional->as_object() != nullptr) {
                walk(*additional, member, below);
            } else if (additional != nullptr && !*additional->as_bool()) {
                add(below, "is not documented");
            }
        }
    }

    void add(const std::string& place, const std::string& what) {
        faults_.push_back((place.empty() ? "the body" : place) + " " + what);
    }

    const Value& document_;
    Faults faults_;
};

std::vector<std::string_view> segments(std::string_view path) {
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::size_t end = std::min(path.find('/'), path.size());
        parts.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return parts;
}

bool fits_template(std::string_view pattern, std::string_view path) {
    const auto wanted = segments(pattern);
    const auto given = segments(path);
    return std::ranges::equal(wanted, given, [](std::string_view a, std::string_view b) {
        return a == b || (a.starts_with('{') && !b.empty());
    });
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return text;
}

const Value* find_response(const Value& operation, int status) {
    const Value* responses = operation.find("responses");
    if (const Value* exact = responses->find(std::to_string(status))) {
        return exact;
    }
    return responses->find(std::to_string(status / 100) + "XX");
}

Faults check_problem(const OpenApi& api, const Exchanged& exchanged, int wanted_status) {
    if (exchanged.status != wanted_status) {
        return {
            "status " + std::to_string(exchanged.status) + ", wanted " +
            std::to_string(wanted_status) + ": the document does not list this request"
        };
    }
    const auto body = json::parse(exchanged.body);
    if (!body) {
        return {"the problem is not JSON: " + body.error().message};
    }
    return api.faults("Problem", *body);
}

}  // namespace

OpenApi::OpenApi(std::string_view text) {
    auto parsed = json::parse(text, {.depth_max = 64, .nodes_max = 100'000});
    if (!parsed) {
        throw std::runtime_error("OpenAPI document: " + parsed.error().message);
    }
    document_ = *std::move(parsed);
}

const OpenApi& OpenApi::project() {
    static const OpenApi api = [] {
        std::ifstream file(SLUICE_SOURCE_DIR "/openapi/openapi.json");
        std::stringstream text;
        text << file.rdbuf();
        return OpenApi(text.str());
    }();
    return api;
}

const Value* OpenApi::find_path(std::string_view path) const {
    for (const auto& [pattern, item] : *document_.find("paths")->as_object()) {
        if (fits_template(pattern, path)) {
            return &item;
        }
    }
    return nullptr;
}

std::vector<std::string> OpenApi::faults(const Exchanged& exchanged) const {
    const Value* path = find_path(exchanged.path);
    if (path == nullptr) {
        return check_problem(*this, exchanged, 404);
    }
    const Value* operation = path->find(lower(exchanged.method));
    if (operation == nullptr) {
        return check_problem(*this, exchanged, 405);
    }
    const Value* found = find_response(*operation, exchanged.status);
    if (found == nullptr) {
        return {"status " + std::to_string(exchanged.status) + " is not documented"};
    }
    const Value* content = resolve(document_, *found).find("content");
    if (content == nullptr) {
        return exchanged.body.empty() ? Faults{} : Faults{"a body is not documented"};
    }
    const Value* media = content->find("*/*");
    const std::string type = exchanged.content_type.substr(0, exchanged.content_type.find(';'));
    media = media == nullptr ? content->find(type) : media;
    if (media == nullptr) {
        return {"content type '" + type + "' is not documented"};
    }
    const Value* schema = media->find("schema");
    if (schema == nullptr || !type.ends_with("json")) {
        return {};
    }
    const auto body = json::parse(exchanged.body, {.depth_max = 64, .nodes_max = 100'000});
    if (!body) {
        return {"the body is not JSON: " + body.error().message};
    }
    return Validator(document_).check(*schema, *body);
}

std::vector<std::string> OpenApi::faults(std::string_view schema_name, const Value& value) const {
    const Value* schema = follow(document_, "#/components/schemas/" + std::string(schema_name));
    if (schema == nullptr) {
        return {"no schema " + std::string(schema_name)};
    }
    return Validator(document_).check(*schema, value);
}

std::vector<std::string> OpenApi::operations() const {
    std::vector<std::string> names;
    for (const auto& [pattern, item] : *document_.find("paths")->as_object()) {
        for (const auto& [method, operation] : *item.as_object()) {
            names.push_back(upper(method) + " " + pattern);
        }
    }
    return names;
}

}  // namespace sluice::testing
