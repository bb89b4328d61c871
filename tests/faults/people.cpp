#include "faults/people.hpp"

#include <gtest/gtest.h>

#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

std::string key_of(const std::string& name) { return "key-of-" + name; }

struct KeyHolder {
    std::string key;
    std::string merchant;
    std::string name;
    std::string role;
};

std::string table_of(const KeyHolder& holder) {
    return "[[api_key]]\nkey = \"" + holder.key + "\"\nmerchant_id = \"" + holder.merchant +
           "\"\noperator = \"" + holder.name + "\"\nroles = [\"" + holder.role + "\"]\n";
}

}  // namespace

std::string channels_key_table() {
    return table_of({.key = kChannelsKey, .merchant = "*", .name = "wu.dan", .role = "channels"});
}

std::string People::keys(const std::string& merchant) {
    const std::pair<const char*, const char*> voters[] = {
        {"li.lei", "operations"},
        {"han.meimei", "operations"},
        {"zhao.min", "finance"},
        {"sun.li", "finance"}
    };
    std::string tables;
    for (const auto& [name, role] : voters) {
        tables += table_of({.key = key_of(name), .merchant = merchant, .name = name, .role = role});
    }
    return tables;
}

std::string People::wait_for_task() {
    std::string id;
    EXPECT_TRUE(eventually([&] {
        const Reply reply = Api(cluster_.url(), key_of("li.lei")).get("/v1/tasks?status=open");
        const Value* tasks = reply.body.find("tasks");
        const bool is_one = tasks != nullptr && tasks->as_array()->size() == 1;
        id = is_one ? std::string(tasks->as_array()->front().text_or_empty("id")) : "";
        return is_one;
    }));
    return id;
}

std::string People::wait_for_task_of(const std::string& object) {
    std::string id;
    EXPECT_TRUE(eventually([&] {
        const Reply reply =
            Api(cluster_.url(), key_of("li.lei")).get("/v1/tasks?status=open&limit=200");
        const Value* tasks = reply.body.find("tasks");
        for (const Value& task : tasks == nullptr ? ValueArray{} : *tasks->as_array()) {
            if (task.text_or_empty("object_id") == object) {
                id = task.text_or_empty("id");
            }
        }
        return !id.empty();
    })) << "nobody is asked about "
        << object;
    return id;
}

std::vector<Value> People::open_tasks(const std::string& kind) {
    Api api(cluster_.url(), key_of("li.lei"));
    std::vector<Value> open;
    std::string cursor;
    do {
        const std::string more = cursor.empty() ? "" : "&cursor=" + cursor;
        const Reply page = api.get("/v1/tasks?status=open&limit=200&kind=" + kind + more);
        const Value* tasks = page.body.find("tasks");
        for (const Value& task : tasks == nullptr ? ValueArray{} : *tasks->as_array()) {
            open.push_back(task);
        }
        cursor = page.text("next_cursor");
    } while (!cursor.empty());
    return open;
}

Value People::task(const std::string& id) {
    Reply reply;
    EXPECT_TRUE(eventually([&] {
        reply = Api(cluster_.url(), key_of("li.lei")).get("/v1/tasks/" + id);
        return !reply.should_be_sent_again();
    }));
    return reply.body;
}

Reply People::approve(const std::string& name, const std::string& task, const Value& values) {
    Value body;
    body.set("verdict", "approve");
    if (!values.is_null()) {
        body.set("values", values);
    }
    return vote(name, task, body);
}

Reply People::deny(const std::string& name, const std::string& task) {
    Value body;
    body.set("verdict", "deny");
    return vote(name, task, body);
}

Reply People::vote(const std::string& name, const std::string& task, const Value& body) {
    Reply reply;
    EXPECT_TRUE(eventually([&] {
        reply = Api(cluster_.url(), key_of(name)).post("/v1/tasks/" + task + "/votes", body);
        return !reply.should_be_sent_again();
    }));
    return reply;
}

}  // namespace sluice::testing
