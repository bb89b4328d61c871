#pragma once

#include <string>
#include <vector>

#include "support/node_cluster.hpp"

namespace sluice::testing {

/// The API key of wu.dan, who may change the channel accounts of all merchants, and its table of a
/// node's configuration.
inline constexpr const char* kChannelsKey = "key-of-wu.dan-in-tests";
std::string channels_key_table();

/// Operators who decide tasks over the API. One thread.
class People {
  public:
    explicit People(Cluster& cluster) : cluster_(cluster) {}

    /// Keys of li.lei and han.meimei of operations, zhao.min and sun.li of finance, for what is one
    /// merchant's, or "*"; tables of a node's configuration.
    static std::string keys(const std::string& merchant = "m1");

    /// The one open task, once there is one.
    std::string wait_for_task();
    /// The open task of one object, once there is one; other tasks may be open too.
    std::string wait_for_task_of(const std::string& object);
    /// All open tasks of a kind, or those of them that could be read now.
    std::vector<Value> open_tasks(const std::string& kind);
    /// The task as it is now.
    Value task(const std::string& id);
    /// Approves, again until it is known what came of it.
    Reply approve(const std::string& name, const std::string& task, const Value& values = {});
    Reply deny(const std::string& name, const std::string& task);

  private:
    Reply vote(const std::string& name, const std::string& task, const Value& body);

    Cluster& cluster_;
};

}  // namespace sluice::testing
