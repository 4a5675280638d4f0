// Tells systemd when the node serves and when it stops (sd_notify(3)'s protocol). Nothing happens
// when nobody waits to be told. Any thread.
#pragma once

namespace ropenet::cli {

/// `state` is READY=1 or STOPPING=1. That it could not be told is no failure of the node: the
/// manager's own time limit judges.
void tell_service_manager(const char* state);

}  // namespace ropenet::cli
