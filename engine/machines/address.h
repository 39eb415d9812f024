// IPv4 networks for the machines of one cluster: three free /24s, chosen by the cluster's name, so that the
// same cluster gets the same ones again, and moved on where this host already uses one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace microstack {

struct Subnet {
  std::uint32_t base = 0;  // host byte order
  int prefix = 24;

  static std::optional<Subnet> parse(const std::string& text);  // "10.0.0.0/24"; "default" and IPv6 are none
  std::string text() const;
  std::string address(unsigned host) const;  // address(1) = "10.0.0.1"
  bool overlaps(const Subnet& other) const;
  bool contains(const std::string& address) const;
  bool operator==(const Subnet&) const = default;
};

std::optional<std::uint32_t> parse_address(const std::string& text);
std::string format_address(std::uint32_t address);

struct ClusterSubnets {
  Subnet management;  // .1 this host, .10 the API, .11 and on the machines
  Subnet external;    // .1 this host; floating addresses
  Subnet tunnel;      // not on this host
};

// Error of kind ask when nothing is free.
Result<ClusterSubnets> choose_subnets(const std::string& cluster, const std::vector<Subnet>& in_use);

}  // namespace microstack
