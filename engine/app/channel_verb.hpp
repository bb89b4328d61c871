#pragma once

#include <span>
#include <string>

namespace sluice::app {

/// `sluice channel new NAME [--root DIR]` makes the scaffold of a channel in DIR/channels;
/// `sluice channel test NAME [--root DIR] [--json]` plays all that is recorded of one and prints
/// what differs. DIR is the current folder unless said. Starts no server, asks no database. The
/// exit status: 0 when it is done or all is right, 1 when not, 2 for a command line that is not
/// understood.
int channel(std::span<const std::string> args);

}  // namespace sluice::app
