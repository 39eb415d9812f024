#include "engine/machines/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

#include "engine/base/hash.h"

namespace microstack {

namespace {

std::uint32_t mask(int prefix) {
  return prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);
}

// The first free /24 of 10.START.0.0/11 (8192 of them), walked from a place the name decides.
std::optional<Subnet> free_subnet(unsigned start, const std::string& name,
                                  const std::vector<Subnet>& in_use) {
  constexpr std::uint32_t count = 8192;
  const auto first = static_cast<std::uint32_t>(std::stoul(sha256_hex(name).substr(0, 8), nullptr, 16));
  for (std::uint32_t i = 0; i < count; ++i) {
    const Subnet candidate{(10u << 24 | start << 16) + ((first + i) % count << 8), 24};
    bool taken = false;
    for (const auto& other : in_use) taken = taken || candidate.overlaps(other);
    if (!taken) return candidate;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> parse_address(const std::string& text) {
  in_addr address{};
  if (::inet_pton(AF_INET, text.c_str(), &address) != 1) return std::nullopt;
  return ntohl(address.s_addr);
}

std::string format_address(std::uint32_t address) {
  return fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
}

std::optional<Subnet> Subnet::parse(const std::string& text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  int prefix = 32;
  if (slash != std::string::npos) {
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + slash + 1, end, prefix);
    if (parsed.ec != std::errc() || parsed.ptr != end || prefix < 0 || prefix > 32) return std::nullopt;
  }
  return Subnet{*address & mask(prefix), prefix};
}

std::string Subnet::text() const {
  return fmt::format("{}/{}", format_address(base), prefix);
}
std::string Subnet::address(unsigned host) const {
  return format_address(base + host);
}

bool Subnet::overlaps(const Subnet& other) const {
  const auto common = mask(std::min(prefix, other.prefix));
  return (base & common) == (other.base & common);
}

bool Subnet::contains(const std::string& address) const {
  const auto parsed = parse_address(address);
  return parsed && (*parsed & mask(prefix)) == base;
}

Result<ClusterSubnets> choose_subnets(const std::string& cluster, const std::vector<Subnet>& in_use) {
  const auto management = free_subnet(64, cluster + "/management", in_use);
  const auto external = free_subnet(96, cluster + "/external", in_use);
  const auto tunnel = free_subnet(128, cluster + "/tunnel", in_use);
  if (!management || !external || !tunnel)
    return ask("no free /24 for the cluster's networks in 10.64.0.0/11, 10.96.0.0/11 and 10.128.0.0/11",
               "local", "name networks in the machine's specification", {"networks"});
  return ClusterSubnets{*management, *external, *tunnel};
}

}  // namespace microstack
