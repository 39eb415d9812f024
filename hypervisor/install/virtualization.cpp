#include "hypervisor/install/virtualization.h"

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/machines/test_boot.h"

namespace microstack {
namespace {

std::string path(const Places& places) {
  return places.cache + "/virtualization.json";
}

Result<std::string> here(Host& host, std::stop_token stop) {
  const Command look{{"sh", "-c",
                      "uname -r; grep -m 1 '^model name' /proc/cpuinfo; ls /dev/kvm 2> /dev/null; "
                      "qemu-system-x86_64 --version 2> /dev/null | head -n 1"}};
  const auto said = host.run(look, stop);
  if (!said) return said.error();
  return said->out;
}

}  // namespace

Result<std::optional<Virtualization>> recorded_virtualization(const Places& places) {
  MS_TRY(const auto text, read_file(path(places)));
  if (!text) return std::optional<Virtualization>();
  const auto json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) return std::optional<Virtualization>();  // cut off: tried again
  return std::optional(
      Virtualization{json.value("type", "qemu"), json.value("reason", ""), json.value("tried_on", "")});
}

Result<std::optional<Virtualization>> try_virtualization(Host& host, const Places& places,
                                                         std::stop_token stop) {
  MS_TRY(const auto recorded, recorded_virtualization(places));
  MS_TRY(const auto now, here(host, stop));
  if (recorded && recorded->tried_on == now) return recorded;
  MS_TRY(const auto boot, test_boot(host, stop));
  if (!boot.tried) return std::optional<Virtualization>();
  const Virtualization found{boot.works ? "kvm" : "qemu", boot.reason, now};
  const Json json{{"type", found.type}, {"reason", found.reason}, {"tried_on", found.tried_on}};
  MS_CHECK(write_file(path(places), json.dump(2) + "\n"));
  return std::optional(found);
}

}  // namespace microstack
