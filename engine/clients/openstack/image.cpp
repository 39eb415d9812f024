#include "engine/clients/openstack/image.h"

#include <openssl/evp.h>

#include <fstream>
#include <memory>

#include "engine/clients/openstack/collection.h"

namespace microstack::openstack {
namespace {

Image parsed(const Json& json) {
  Image image;
  image.id = json.value("id", std::string());
  image.name = json.value("name", std::string());
  image.status = json.value("status", std::string());
  if (json.contains("os_hash_value") && json["os_hash_value"].is_string())
    image.sha512 = json["os_hash_value"];
  if (json.contains("size") && json["size"].is_number_integer()) image.size = json["size"];
  return image;
}

Status upload(Session& session, const Image& image, const std::string& file, const Wait& wait,
              const std::function<void(std::int64_t, std::int64_t)>& progress) {
  http::Request request;
  request.method = "PUT";
  request.url = "/v2/images/" + image.id + "/file";
  request.headers = {{"Content-Type", "application/octet-stream"}};
  request.limit = wait.limit;
  request.progress = progress;
  // A repeated PUT meets an image that is "saving" and is refused: better to begin again with a new image.
  request.idempotent = false;
  MS_TRY(request.upload, http::upload_file(file));
  MS_TRY(const auto response, session.call("image", request, wait.stop));
  request.url = "image " + request.url;
  if (!response.ok()) return http::status_error(request, response);
  return {};
}

}  // namespace

Result<std::string> sha512_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return ask("cannot open the image file", path);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha512(), nullptr);
  std::string buffer(1 << 20, '\0');
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(file.gcount()));
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest, &size);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    static constexpr char digits[] = "0123456789abcdef";
    text.push_back(digits[digest[i] >> 4]);
    text.push_back(digits[digest[i] & 15]);
  }
  return text;
}

Result<Image> ensure_image(Session& session, const ImageWish& wish, const std::string& file, const Wait& wait,
                           const std::function<void(std::int64_t, std::int64_t)>& progress) {
  MS_TRY(const std::string expected, sha512_of_file(file));
  MS_TRY(auto found, find(session, collections::images, wish.name, {}, wait.stop));
  if (found && parsed(*found).status != "active") {  // an upload that was cut off
    MS_CHECK(remove(session, collections::images, parsed(*found).id, wait.stop));
    found.reset();
  }
  Image image;
  if (found) {
    image = parsed(*found);
  } else {
    Json body = {{"name", wish.name},
                 {"disk_format", wish.disk_format},
                 {"container_format", "bare"},
                 {"visibility", wish.visibility},
                 {"min_disk", wish.min_disk_gib},
                 {"min_ram", wish.min_ram_mib}};
    for (const auto& [key, value] : wish.properties) body[key] = value;
    MS_TRY(const Json made, create(session, collections::images, body, wait.stop));
    image = parsed(made);
    if (auto sent = upload(session, image, file, wait, progress); !sent) {
      (void)remove(session, collections::images, image.id);
      return doing("uploading " + file + " as image " + wish.name, std::move(sent).error());
    }
    MS_CHECK(wait_until("image " + wish.name + " to become active", wait, [&]() -> Result<bool> {
      MS_TRY(const auto now, find_by_id(session, collections::images, image.id, wait.stop));
      if (!now) return give_up("image " + wish.name + " vanished while it was stored");
      image = parsed(*now);
      if (image.status == "killed" || image.status == "deleted")
        return give_up("image " + wish.name + " is " + image.status, {},
                       "see the log of glance-api on the control node");
      return image.status == "active";
    }));
  }
  if (image.sha512 != expected) {
    if (!found) (void)remove(session, collections::images, image.id);
    return ask("image " + wish.name + " (" + image.id + ") has another content than " + file, {},
               "remove that image or give this one another name");
  }
  return image;
}

}  // namespace microstack::openstack
