// guest image|check: the demo guest, built on this host.
#include "engine/host/local_host.h"
#include "engine/machines/guest_image/guest_image.h"
#include "hypervisor/commands/command.h"

namespace microstack {

void add_guest(CLI::App& program, Front& front) {
  auto* guest = program.add_subcommand("guest", "The tiny guest that a demo starts");
  guest->require_subcommand(1);
  guest->add_subcommand("image", "Build its image where it is missing, and say where it is")
      ->callback([&front] {
        front.finish([&]() -> Result<Json> {
          Cancel cancel;
          LocalHost local;
          MS_TRY(const std::string path, guest_image(local, front.places, cancel.token()));
          return Json{{"path", path}};
        }());
      });
  guest->add_subcommand("check", "Which packages of this host building it takes and are missing")
      ->callback([&front] {
        front.finish([&]() -> Result<Json> {
          Cancel cancel;
          LocalHost local;
          MS_TRY(const auto missing, guest_image_lacks(local, front.places, cancel.token()));
          return Json{{"missing", missing}};
        }());
      });
}

}  // namespace microstack
