#include "channels/recorded_file.hpp"

#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {

Value fixture(std::string_view folder, std::string_view name) {
    return source_json(std::string(folder) + "/" + std::string(name) + ".json");
}

std::string body_of(const Value* body) {
    return body->as_text() != nullptr ? *body->as_text() : to_json(*body);
}

}  // namespace sluice::channel::testing
