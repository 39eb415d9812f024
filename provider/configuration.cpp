#include "provider/configuration.h"

#include <cstdlib>

namespace microstack::provider {
namespace {

using namespace terraform;

struct SshSettings {
  Attr<std::string> user;
  Attr<std::string> private_key_file;
  Attr<Secret> private_key;
  static auto schema() {
    return model<SshSettings>("How servers are reached that do not say it themselves.",
                              attribute("user", &SshSettings::user)
                                  .optional()
                                  .doc("Account; root when not given. Also `MICROSTACK_SSH_USER`."),
                              attribute("private_key_file", &SshSettings::private_key_file)
                                  .optional()
                                  .doc("Private key; the agent and ssh's default keys when not given. Also "
                                       "`MICROSTACK_SSH_PRIVATE_KEY_FILE`."),
                              attribute("private_key", &SshSettings::private_key)
                                  .optional()
                                  .conflicts_with({"private_key_file"})
                                  .doc("The private key itself: kept in memory, written nowhere. Also "
                                       "`MICROSTACK_SSH_PRIVATE_KEY`."));
  }
};

struct Settings {
  Attr<SshSettings> ssh;
  Attr<std::string> hypervisor;
  Attr<std::string> cache_folder;
  static auto schema() {
    return model<Settings>("OpenStack clouds from one apply.",
                           attribute("ssh", &Settings::ssh)
                               .optional()
                               .doc("How servers are reached that do not say it themselves."),
                           attribute("hypervisor", &Settings::hypervisor)
                               .optional()
                               .doc("Path of `microstack-hypervisor`; beside the provider when not given. "
                                    "Also `MICROSTACK_HYPERVISOR`."),
                           attribute("cache_folder", &Settings::cache_folder)
                               .optional()
                               .doc("Where base images are kept; `/var/cache/microstack` when not given. "
                                    "Also `MICROSTACK_CACHE`."));
  }
};

std::string in_environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

class SettingsConfiguration : public Configuration<Settings> {
 public:
  explicit SettingsConfiguration(Clouds& clouds) : clouds_(clouds) {}

  // The environment is what the hypervisor program reads too, so the settings go there; they win over what
  // was in it.
  Status configure(const Settings& settings, const std::string&, Call&) override {
    if (settings.hypervisor.is_known()) ::setenv("MICROSTACK_HYPERVISOR", settings.hypervisor->c_str(), 1);
    if (settings.cache_folder.is_known()) ::setenv("MICROSTACK_CACHE", settings.cache_folder->c_str(), 1);
    auto& ssh = clouds_.ssh;
    ssh = {in_environment("MICROSTACK_SSH_USER"), in_environment("MICROSTACK_SSH_PRIVATE_KEY_FILE"),
           Secret(in_environment("MICROSTACK_SSH_PRIVATE_KEY"))};
    if (!settings.ssh.is_known()) return {};
    ssh.user = settings.ssh->user.value_or(ssh.user);
    if (settings.ssh->private_key_file.is_known()) {
      ssh.private_key_file = *settings.ssh->private_key_file;
      ssh.private_key = {};
    }
    if (settings.ssh->private_key.is_known()) {
      ssh.private_key = *settings.ssh->private_key;
      ssh.private_key_file.clear();
    }
    return {};
  }

 private:
  Clouds& clouds_;
};

}  // namespace

std::unique_ptr<AnyConfiguration> configuration(Clouds& clouds) {
  return std::make_unique<SettingsConfiguration>(clouds);
}

}  // namespace microstack::provider
