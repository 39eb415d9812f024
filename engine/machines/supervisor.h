// What keeps one machine running: a small shell script of its own process, so that it outlives the program
// that started it, and the files it reads. It mounts the overlay, joins a control group of its own, starts
// systemd-nspawn again when the machine reboots (exit code 133), puts its links into the bridges, and clears
// up when the machine is off.
#pragma once

#include <string>
#include <vector>

namespace microstack {

struct SupervisorFiles {
  std::vector<std::string> nspawn;                         // arguments of systemd-nspawn
  std::vector<std::pair<std::string, std::string>> links;  // host end of a link, bridge
  std::string overlay;                                     // mount options
  std::string group;                                       // control group: one name
};

// The script: `sh supervise.sh FOLDER`, where FOLDER holds the files below.
extern const char* const kSupervisorScript;

std::string nspawn_file(const SupervisorFiles& files);  // one argument a line
std::string links_file(const SupervisorFiles& files);   // "LINK BRIDGE" a line

// A unit for hosts with systemd, which makes the machine come back with the host.
std::string supervisor_unit(const std::string& machine, const std::string& folder);

}  // namespace microstack
