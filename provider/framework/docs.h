// The registry's documentation pages, printed from the schemas, with examples from a folder beside them.
#pragma once

#include <filesystem>
#include <map>
#include <optional>

#include "provider/framework/provider.h"

namespace microstack::terraform {

// docs/index.md, docs/resources/NAME.md, docs/data-sources, docs/ephemeral-resources, docs/functions,
// docs/list-resources, docs/actions: path below the docs folder -> page. Examples are looked for in
// SOURCES/examples: provider/provider.tf, resources/microstack_x/{resource.tf,import.sh},
// data-sources/microstack_x/data-source.tf, ephemeral-resources/microstack_x/ephemeral-resource.tf,
// functions/x/function.tf, list-resources/microstack_x/list-resource.tfquery.hcl,
// actions/microstack_x/action.tf.
std::map<std::string, std::string> docs_pages(const Provider& provider, const std::filesystem::path& sources);
Status write_docs(const Provider& provider, const std::filesystem::path& folder,
                  const std::filesystem::path& sources);

// The folder of `--docs FOLDER` among the arguments.
std::optional<std::filesystem::path> docs_requested(int argc, char** argv);

}  // namespace microstack::terraform
