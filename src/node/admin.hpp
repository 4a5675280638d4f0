// The admin address: /healthz (the process answers), /readyz (every rope takes transactions),
// /metrics. For operators; never on the public address.
#pragma once

#include <functional>
#include <string>

#include "http/message.hpp"

namespace ropenet::node {

struct AdminFacts {
    bool healthy = true;  // no storage error
    bool ready = true;    // serving
    std::string why;      // one sentence when not
};

struct AdminSources {
    std::function<AdminFacts()> facts;
    std::function<std::string()> metrics;
};

http::Response answer_admin(const http::Request& request, const AdminSources& sources);

}  // namespace ropenet::node
