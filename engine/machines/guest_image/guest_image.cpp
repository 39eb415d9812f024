#include "engine/machines/guest_image/guest_image.h"

#include <sstream>

#include "engine/catalogue/embedded.h"

namespace microstack {

namespace {

Result<CommandResult> run_script(Host& host, const Places& places, std::vector<std::string> arguments,
                                 std::stop_token stop) {
  const auto script = places.cache + "/guest/build.sh";
  for (const auto& file : embedded_files())
    if (file.path == "guest/build.sh") MS_CHECK(host.write(script, {std::string(file.text), 0755}));
  Command build;
  build.argv = {"bash", script};
  build.argv.insert(build.argv.end(), arguments.begin(), arguments.end());
  build.env["MICROSTACK_CACHE"] = places.cache;
  build.limit = std::chrono::minutes(15);
  return host.run(build, stop);
}

}  // namespace

Result<std::string> guest_image(Host& host, const Places& places, std::stop_token stop) {
  MS_TRY(const auto built, run_script(host, places, {}, stop));
  auto path = built.out.substr(0, built.out.find('\n'));
  if (built.ok() && !path.empty()) return path;
  // The script's last line says what is wrong, and what to do where a person can.
  const bool tools = built.err.find("apt-get ") != std::string::npos;
  return doing("building the demo guest",
               tools ? ask(built.err, host.name()) : retry(built.err, host.name()));
}

Result<std::vector<std::string>> guest_image_lacks(Host& host, const Places& places, std::stop_token stop) {
  MS_TRY(const auto looked, run_script(host, places, {"--lacks"}, stop));
  if (!looked.ok()) return ask("the demo guest cannot be built: " + looked.err, host.name());
  std::vector<std::string> packages;
  std::istringstream lines(looked.out);
  for (std::string line; std::getline(lines, line);) packages.push_back(line);
  return packages;
}

}  // namespace microstack
