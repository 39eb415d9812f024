#include "engine/machines/guest_image/guest_image.h"

#include "engine/catalogue/embedded.h"

namespace microstack {

Result<std::string> guest_image(Host& host, const Places& places, std::stop_token stop) {
  const auto script = places.cache + "/guest/build.sh";
  for (const auto& file : embedded_files())
    if (file.path == "guest/build.sh") MS_CHECK(host.write(script, {std::string(file.text), 0755}));
  Command build;
  build.argv = {"bash", script};
  build.env["MICROSTACK_CACHE"] = places.cache;
  build.limit = std::chrono::minutes(15);
  MS_TRY(const auto built, host.run(build, stop));
  auto path = built.out.substr(0, built.out.find('\n'));
  if (built.ok() && !path.empty()) return path;
  // The script's last line says what is wrong, and what to do where a person can.
  const bool tools = built.err.find("apt-get ") != std::string::npos;
  return doing("building the demo guest",
               tools ? ask(built.err, host.name()) : retry(built.err, host.name()));
}

}  // namespace microstack
