#include "engine/machines/images.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "engine/base/file.h"
#include "tests/support/temporary_folder.h"

using namespace microstack;

TEST_CASE("an image's key knows what is in it, and nothing else") {
  ImageSpec spec;
  spec.packages = {"b", "a"};
  auto other = spec;
  other.packages = {"a", "b", "a"};
  other.proxy = "http://proxy:3128";
  CHECK(image_request_key(spec) == image_request_key(other));
  other.packages.push_back("c");
  CHECK(image_request_key(spec) != image_request_key(other));
  CHECK(image_key(spec, "a=1\n") != image_key(spec, "a=2\n"));
  CHECK(image_key(spec, "a=1\n") == image_key(other, "a=1\n"));
}

TEST_CASE("a finished image is found without any work, and removed with what points to it") {
  const testing::TemporaryFolder temporary;
  const auto& folder = temporary.path;
  LocalHost local;
  Images images({folder + "/state", folder + "/run", folder + "/cache"}, local);
  ImageSpec spec;
  spec.packages = {"a"};
  CHECK_FALSE(images.find(spec).value().has_value());
  const auto here = folder + "/cache/images/0123456789abcdef0123";
  std::filesystem::create_directories(here + "/tree/etc");
  REQUIRE(write_file(here + "/lock", "a=1\nb=2\n").ok());
  REQUIRE(write_file(here + "/spec.json", encode(spec).dump()).ok());
  REQUIRE(
      write_file(folder + "/cache/images/request-" + image_request_key(spec), "0123456789abcdef0123").ok());
  StepContext context;
  const auto image = images.build(spec, context);
  REQUIRE(image.ok());
  CHECK(image.value().packages == 2);
  CHECK(images.list().value().size() == 1);
  if (::geteuid() == 0) {
    REQUIRE(images.remove("0123456789abcdef0123").ok());
    CHECK_FALSE(images.find(spec).value().has_value());
    REQUIRE(images.remove("0123456789abcdef0123").ok());
  }
}

TEST_CASE("an image is in use by a machine whose record a newer program wrote") {
  const testing::TemporaryFolder temporary;
  const auto& folder = temporary.path;
  LocalHost local;
  Images images({folder + "/state", folder + "/run", folder + "/cache"}, local);
  const auto here = folder + "/cache/images/0123456789abcdef0123";
  std::filesystem::create_directories(here + "/tree/etc");
  const Json newer = {{"version", 2}, {"what is new", {}}, {"layers", {"/prepared", here + "/tree"}}};
  REQUIRE(write_file(folder + "/state/clusters/one/machines/one-1/machine.json", newer.dump()).ok());
  CHECK_FALSE(images.remove("0123456789abcdef0123").ok());
}
