// Images: folders with a Debian and its packages, made once, lowest layer of every machine. CACHE/images/KEY,
// where KEY is the hash of the resolved list of package versions, which lies beside the tree as `lock`. A
// prepared layer is an overlay folder on an image, CACHE/prepared/KEY-NAME.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/places.h"
#include "engine/host/local_host.h"
#include "engine/machines/machine_spec.h"
#include "engine/plan/step.h"

namespace microstack {

struct ImageInfo {
  std::string key;
  std::string tree;  // folder
  ImageSpec spec;
  int packages = 0;
  bool in_use = false;  // a machine lies on it
};
Json to_json(const ImageInfo& image);

class Images {
 public:
  Images(Places places, LocalHost& host) : places_(std::move(places)), host_(host) {}

  // The image of that specification, made when there is none. May be killed anywhere and called again: it
  // goes on with the phase it was in. Two at once: the second waits for the first. `resolve_again` takes the
  // newest packages.
  Result<ImageInfo> build(const ImageSpec& spec, StepContext& context, bool resolve_again = false);
  // Only looks.
  Result<std::optional<ImageInfo>> find(const ImageSpec& spec) const;
  Result<std::vector<ImageInfo>> list() const;
  // Refused while a machine lies on it. What is gone is gone.
  Status remove(const std::string& key);

  // Layers for Machines::up, uppermost first; builds the image when it is missing.
  Result<std::vector<std::string>> layers(const ImageSpec& spec, const std::string& prepared,
                                          StepContext& context);

  // Keeps what `fill` changes in a running machine without networks as the layer `name` on the image; once.
  // `name` says all that decides its content. What belongs to one machine only (its id, names, keys, logs) is
  // taken out. Two at once: the second waits. Killed in the middle: the scratch machine ends by itself, and
  // the next call clears up what is left.
  Status prepare(const ImageInfo& image, const std::string& name, StepContext& context,
                 const std::function<Status(Host& inside)>& fill);
  bool is_prepared(const ImageInfo& image, const std::string& name) const;
  std::string prepared_folder(const std::string& image_key, const std::string& name) const;

 private:
  std::string folder() const { return places_.cache + "/images"; }
  Result<ImageInfo> load(const std::string& key) const;
  bool in_use(const std::string& tree) const;
  Status clear_scratch(const std::string& scratch);
  void drop_older(const std::string& image_key, const std::string& name);

  Places places_;
  LocalHost& host_;
};

// Names the wish, before versions are known: release, suite, mirror, packages in any order, and the recipe's
// version.
std::string image_request_key(const ImageSpec& spec);
// Names what was resolved: lines "package=version".
std::string image_key(const ImageSpec& spec, const std::string& lock);

}  // namespace microstack
