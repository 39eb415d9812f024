// The files of schemas/, compiled into the program.
#pragma once

#include <span>
#include <string_view>

namespace microstack {

struct EmbeddedFile {
  std::string_view path;  // below schemas/
  std::string_view text;
};

std::span<const EmbeddedFile> embedded_files();

}  // namespace microstack
