// Makes a Debian tree in a folder by debootstrap and apt: phases, each written down when it is done, so that
// a build that was killed goes on with the one it was in.
#pragma once

#include <string>

#include "engine/host/local_host.h"
#include "engine/machines/machine_spec.h"
#include "engine/plan/step.h"

namespace microstack {

// Disk that making an image takes, MiB; no packages named stands for the catalogue's.
int image_disk_mib(const ImageSpec& spec);

class ImageBuild {
 public:
  // `work` holds tree/ and phase; `archives` keeps the packages' files, for the next image.
  ImageBuild(LocalHost& host, const ImageSpec& spec, std::string work, std::string archives)
      : host_(host),
        spec_(spec),
        work_(std::move(work)),
        archives_(std::move(archives)),
        tree_(work_ + "/tree") {}

  // Errors: ask for a full disk, a missing program, a package that cannot be had; retry without a network.
  Status run(StepContext& context);
  // "package=version" lines, sorted, of the finished tree.
  Result<std::string> lock();

 private:
  Status debootstrap(StepContext& context);
  Status configure(StepContext& context);
  Status write_sources(bool security);
  Status download(StepContext& context);
  Status install(StepContext& context);
  Status compile(StepContext& context);
  Status finish(StepContext& context);

  Result<CommandResult> in_tree(std::vector<std::string> argv, StepContext& context,
                                std::function<void(std::string_view)> on_line = {});
  Status apt(std::vector<std::string> arguments, StepContext& context,
             std::function<void(std::string_view)> on_line);
  std::vector<std::string> packages() const;

  LocalHost& host_;
  const ImageSpec& spec_;
  std::string work_, archives_, tree_;
};

}  // namespace microstack
