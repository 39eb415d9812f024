// Glance: an image from a file, checked by its checksum.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "engine/clients/openstack/session.h"
#include "engine/clients/openstack/wait.h"

namespace microstack::openstack {

struct ImageWish {
  std::string name;
  std::string disk_format = "qcow2";
  std::string visibility = "public";
  int min_disk_gib = 0;
  int min_ram_mib = 0;
  std::map<std::string, std::string> properties;  // "hw_vif_model": "virtio"
};

struct Image {
  std::string id;
  std::string name;
  std::string status;  // queued, saving, active, ...
  std::string sha512;  // of the data, as Glance computed it
  std::int64_t size = 0;
};

// The image of that name, uploaded from `file` when there is none or when it was left unfinished. Afterwards
// it is active and Glance's checksum is that of the file; another checksum removes the image and is an error.
Result<Image> ensure_image(Session& session, const ImageWish& wish, const std::string& file, const Wait& wait,
                           const std::function<void(std::int64_t done, std::int64_t total)>& progress = {});

// SHA-512 of a file in hexadecimal, as Glance's os_hash_value.
Result<std::string> sha512_of_file(const std::string& path);

}  // namespace microstack::openstack
