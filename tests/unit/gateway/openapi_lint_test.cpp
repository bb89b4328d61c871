#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/routes.hpp"
#include "support/openapi_check.hpp"

namespace sluice::testing {
namespace {

using Visit = std::function<void(const Value&, const std::string& place)>;

void walk(const Value& value, const std::string& place, const Visit& visit) {
    visit(value, place);
    if (const ValueObject* members = value.as_object()) {
        for (const auto& [name, member] : *members) {
            walk(member, place + "/" + name, visit);
        }
    }
    if (const ValueArray* items = value.as_array()) {
        for (std::size_t i = 0; i < items->size(); ++i) {
            walk((*items)[i], place + "/" + std::to_string(i), visit);
        }
    }
}

const Value& document() { return OpenApi::project().document(); }

const Value& at(const Value& value, std::string_view name) {
    static const Value kNothing;
    const Value* member = value.find(name);
    return member == nullptr ? kNothing : *member;
}

const Value& components(std::string_view kind) { return at(at(document(), "components"), kind); }

/// What a $ref leads to; null when it dangles.
const Value& target_of(const Value& value) {
    const Value* reference = value.find("$ref");
    if (reference == nullptr) {
        return value;
    }
    const std::string_view text = *reference->as_text();
    const std::string_view prefix = "#/components/";
    if (!text.starts_with(prefix)) {
        return at(value, "no such place");
    }
    const std::string_view rest = text.substr(prefix.size());
    const auto slash = rest.find('/');
    return at(components(rest.substr(0, slash)), rest.substr(slash + 1));
}

struct Operation {
    std::string method;
    std::string path;
    const Value& value;

    [[nodiscard]] std::string name() const { return method + " " + path; }
    [[nodiscard]] std::vector<std::string> responses() const {
        std::vector<std::string> statuses;
        for (const auto& [status, response] : *at(value, "responses").as_object()) {
            statuses.push_back(status);
        }
        return statuses;
    }
    /// Names of the parameters that stand in `place`.
    [[nodiscard]] std::set<std::string> parameters(std::string_view place) const {
        std::set<std::string> names;
        const Value& list = at(value, "parameters");
        for (const Value& parameter : list.as_array() ? *list.as_array() : ValueArray{}) {
            if (target_of(parameter).text_or_empty("in") == place) {
                names.emplace(target_of(parameter).text_or_empty("name"));
            }
        }
        return names;
    }
};

std::vector<Operation> operations() {
    std::vector<Operation> all;
    for (const auto& [path, methods] : *at(document(), "paths").as_object()) {
        for (const auto& [method, value] : *methods.as_object()) {
            all.push_back({method, path, value});
        }
    }
    return all;
}

TEST(OpenApiLint, NamesItselfAndItsVersion) {
    EXPECT_TRUE(document().text_or_empty("openapi").starts_with("3.1."));
    for (const std::string_view member : {"title", "version", "description"}) {
        EXPECT_NE(at(document(), "info").text_or_empty(member), "") << member;
    }
}

TEST(OpenApiLint, EveryReferenceLeadsSomewhereAndEveryComponentIsReferredTo) {
    std::set<std::string> used;
    walk(document(), "", [&](const Value& value, const std::string& place) {
        if (const Value* reference = value.find("$ref")) {
            EXPECT_FALSE(target_of(value).is_null()) << place << " " << *reference->as_text();
            EXPECT_EQ(value.as_object()->size(), 1U) << place << " has members beside $ref";
            used.insert(*reference->as_text());
        }
    });
    for (const std::string kind : {"parameters", "headers", "responses", "schemas"}) {
        for (const auto& [name, component] : *components(kind).as_object()) {
            EXPECT_TRUE(used.contains("#/components/" + kind + "/" + name)) << kind << " " << name;
        }
    }
}

TEST(OpenApiLint, EveryOperationTellsWhatItIsAndHowItAnswers) {
    std::set<std::string> ids;
    std::set<std::string> tags;
    for (const Value& tag : *at(document(), "tags").as_array()) {
        tags.emplace(tag.text_or_empty("name"));
    }
    std::set<std::string> tags_used;
    for (const Operation& operation : operations()) {
        const std::string name = operation.name();
        EXPECT_NE(operation.value.text_or_empty("summary"), "") << name;
        EXPECT_TRUE(ids.emplace(operation.value.text_or_empty("operationId")).second) << name;
        const Value& own_tags = at(operation.value, "tags");
        ASSERT_TRUE(own_tags.as_array() != nullptr && own_tags.as_array()->size() == 1) << name;
        tags_used.insert(*(*own_tags.as_array())[0].as_text());
        const auto statuses = operation.responses();
        EXPECT_TRUE(std::ranges::any_of(statuses, [](const auto& s) { return s[0] == '2'; }))
            << name;
    }
    EXPECT_FALSE(ids.contains(""));
    EXPECT_EQ(tags_used, tags);
}

TEST(OpenApiLint, AMerchantsOperationsTellTheirRefusals) {
    for (const Operation& operation : operations()) {
        if (operation.value.find("security") != nullptr) {
            continue;
        }
        std::vector<std::string> wanted{"400", "401", "403", "500", "503"};
        if (operation.value.find("requestBody") != nullptr) {
            wanted.insert(wanted.end(), {"413", "415"});
        }
        if (operation.path.find('{') != std::string::npos) {
            wanted.emplace_back("404");
        }
        EXPECT_THAT(operation.responses(), ::testing::IsSupersetOf(wanted)) << operation.name();
    }
}

TEST(OpenApiLint, ParametersAreThoseOfTheRoutes) {
    for (const Operation& operation : operations()) {
        const auto route = std::ranges::find_if(gateway::routes(), [&](const auto& one) {
            return one.pattern == operation.path &&
                   (one.method == "GET") == (operation.method == "get");
        });
        ASSERT_NE(route, gateway::routes().end()) << operation.name();
        const std::set<std::string> query(route->parameters.begin(), route->parameters.end());
        EXPECT_EQ(operation.parameters("query"), query) << operation.name();
        std::set<std::string> in_path;
        for (auto open = operation.path.find('{'); open != std::string::npos;) {
            const auto close = operation.path.find('}', open);
            in_path.insert(operation.path.substr(open + 1, close - open - 1));
            open = operation.path.find('{', close);
        }
        EXPECT_EQ(operation.parameters("path"), in_path) << operation.name();
    }
    for (const auto& [name, parameter] : *components("parameters").as_object()) {
        EXPECT_NE(parameter.text_or_empty("description"), "") << name;
        EXPECT_FALSE(at(parameter, "schema").is_null()) << name;
        const Value& required = at(parameter, "required");
        const bool is_required = required.as_bool() != nullptr && *required.as_bool();
        EXPECT_TRUE(is_required || parameter.text_or_empty("in") != "path") << name;
    }
}

TEST(OpenApiLint, EveryAnswerHasADescriptionAndEveryErrorIsAProblem) {
    for (const Operation& operation : operations()) {
        for (const auto& [status, unresolved] : *at(operation.value, "responses").as_object()) {
            const std::string name = operation.name() + " " + status;
            const Value& response = target_of(unresolved);
            EXPECT_NE(response.text_or_empty("description"), "") << name;
            EXPECT_FALSE(at(at(response, "headers"), "X-Request-Id").is_null()) << name;
            const bool is_ours = operation.path.starts_with("/v1/") && status[0] >= '4';
            const Value& problem = at(at(response, "content"), "application/problem+json");
            EXPECT_TRUE(!is_ours || !problem.is_null()) << name;
        }
    }
}

/// The words of JSON Schema that the checker of this project understands, and those that only tell.
bool is_known_word(std::string_view word) {
    static const std::set<std::string_view> kWords = {
        "type",      "enum",      "required",    "properties", "additionalProperties",
        "items",     "oneOf",     "$ref",        "minimum",    "maximum",
        "minLength", "maxLength", "minItems",    "maxItems",   "pattern",
        "format",    "default",   "description", "examples",   "const",
    };
    return kWords.contains(word);
}

void lint_schema(const Value& schema, const std::string& place) {
    ASSERT_NE(schema.as_object(), nullptr) << place;
    for (const auto& [word, value] : *schema.as_object()) {
        EXPECT_TRUE(is_known_word(word)) << place << " has " << word;
    }
    const bool says_what = schema.find("type") != nullptr || schema.find("$ref") != nullptr ||
                           schema.find("oneOf") != nullptr;
    EXPECT_TRUE(says_what) << place << " has neither type nor $ref nor oneOf";
    if (schema.text_or_empty("type") == "array") {
        lint_schema(at(schema, "items"), place + "/items");
    }
    if (schema.text_or_empty("type") == "object") {
        EXPECT_NE(schema.find("additionalProperties"), nullptr) << place;
    }
    if (const Value* words = schema.find("enum")) {
        std::set<std::string> distinct;
        for (const Value& word : *words->as_array()) {
            EXPECT_TRUE(distinct.insert(to_json(word)).second) << place << " " << to_json(word);
        }
    }
    const Value& properties = at(schema, "properties");
    for (const auto& [name, property] :
         properties.as_object() ? *properties.as_object() : ValueObject{}) {
        const bool is_snake = std::ranges::all_of(name, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        });
        EXPECT_TRUE(is_snake) << place << " " << name;
        lint_schema(property, place + "/" + name);
    }
    const Value& required = at(schema, "required");
    for (const Value& name : required.as_array() ? *required.as_array() : ValueArray{}) {
        EXPECT_NE(properties.find(*name.as_text()), nullptr) << place << " " << *name.as_text();
    }
}

TEST(OpenApiLint, EverySchemaSaysWhatItAllows) {
    for (const auto& [name, schema] : *components("schemas").as_object()) {
        lint_schema(schema, name);
        EXPECT_NE(schema.text_or_empty("description"), "") << name;
    }
}

TEST(OpenApiLint, EverySecretKeyIsABearer) {
    const Value& scheme = at(components("securitySchemes"), "secretKey");

    EXPECT_EQ(scheme.text_or_empty("type"), "http");
    EXPECT_EQ(scheme.text_or_empty("scheme"), "bearer");
    EXPECT_EQ(
        to_json(at(document(), "security")),
        R"([{"secretKey":[]},{"secretKey":[],"messageSignature":[]}])"
    );
}

TEST(OpenApiLint, ASignatureStandsInItsHeader) {
    const Value& scheme = at(components("securitySchemes"), "messageSignature");

    EXPECT_EQ(scheme.text_or_empty("type"), "apiKey");
    EXPECT_EQ(scheme.text_or_empty("in"), "header");
    EXPECT_EQ(scheme.text_or_empty("name"), "Signature");
}

}  // namespace
}  // namespace sluice::testing
