#include "provider/framework/docs.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>

#include "provider/framework/msgpack.h"

namespace microstack::terraform {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  std::string text = out.str();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string first_sentence(const std::string& markdown) {
  auto end = std::min(markdown.find(".\n"), markdown.find(". "));
  return end == std::string::npos ? markdown : markdown.substr(0, end + 1);
}

std::string quoted(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string type_text(const Type& type) {
  switch (type.kind()) {
    case Type::Kind::string:
      return "String";
    case Type::Kind::number:
      return "Number";
    case Type::Kind::boolean:
      return "Boolean";
    case Type::Kind::dynamic:
      return "Dynamic";
    case Type::Kind::list:
      return "List of " + type_text(type.element());
    case Type::Kind::set:
      return "Set of " + type_text(type.element());
    case Type::Kind::map:
      return "Map of " + type_text(type.element());
    case Type::Kind::object:
      return "Object";
    case Type::Kind::tuple:
      return "Tuple";
  }
  return {};
}

std::string kind_text(const Attribute& a) {
  switch (a.nesting) {
    case Nesting::none:
      return type_text(a.type);
    case Nesting::single:
      return a.block ? "Block" : "Attributes";
    case Nesting::list:
      return "Attributes List";
    case Nesting::set:
      return "Attributes Set";
    case Nesting::map:
      return "Attributes Map";
  }
  return {};
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "`" : ", `") + name + "`";
  return out;
}

// The description, and after it all that the schema knows beside it.
std::string about(const Attribute& a) {
  std::string out = a.description;
  auto add = [&](const std::string& sentence) { out += (out.empty() ? "" : " ") + sentence; };
  for (const auto& rule : a.rules) add(rule.doc);
  if (a.default_value && !a.sensitive) add("Default: `" + to_json_text(*a.default_value) + "`.");
  for (const auto& together : a.together) {
    switch (together.kind) {
      case Together::Kind::conflicts:
        add("Conflicts with " + listed(together.others) + ".");
        break;
      case Together::Kind::exactly_one:
        add("Exactly one of " + listed(together.others) + " must be set.");
        break;
      case Together::Kind::at_least_one:
        add("At least one of " + listed(together.others) + " must be set.");
        break;
      case Together::Kind::required_with:
        add("Needs " + listed(together.others) + ".");
    }
  }
  if (a.replaces) add("Changing this forces a new resource.");
  if (a.replaces_if) add("Changing this may force a new resource: " + a.replaces_if_doc + ".");
  return out;
}

std::string anchor(const std::string& path) {
  return "nestedatt--" + path;
}

class SchemaPage {
 public:
  std::string text(const Schema& schema) {
    sections(schema.attributes, "");
    return "## Schema\n" + out_ + nested_;
  }

 private:
  void sections(const std::vector<Attribute>& all, const std::string& path) {
    section("Required", all, path, [](const Attribute& a) { return a.required; });
    section("Optional", all, path, [](const Attribute& a) { return a.optional; });
    section("Read-Only", all, path, [](const Attribute& a) { return !a.required && !a.optional; });
  }

  template <class Belongs>
  void section(const char* title, const std::vector<Attribute>& all, const std::string& path,
               Belongs&& belongs) {
    bool begun = false;
    for (const auto& a : all) {
      if (!belongs(a)) continue;
      std::string& to = path.empty() ? out_ : nested_;
      if (!begun)
        to += (path.empty() ? "\n### " : "\n") + std::string(title) + (path.empty() ? "\n\n" : ":\n\n");
      begun = true;
      to += line(a, path);
    }
    if (!begun) return;
    for (const auto& a : all) {
      if (!belongs(a) || a.nesting == Nesting::none) continue;
      std::string here = path.empty() ? a.name : path + "--" + a.name;
      std::string kept = std::move(nested_);
      std::string title_text = path.empty() ? a.name : here;
      for (auto at = title_text.find("--"); at != std::string::npos; at = title_text.find("--"))
        title_text.replace(at, 2, ".");
      nested_ = "\n<a id=\"" + anchor(here) + "\"></a>\n### Nested Schema for `" + title_text + "`\n";
      sections(a.children, here);
      later_ += nested_;
      nested_ = std::move(kept);
    }
    if (path.empty()) {
      nested_ += later_;
      later_.clear();
    }
  }

  std::string line(const Attribute& a, const std::string& path) const {
    std::string traits = kind_text(a);
    if (a.sensitive) traits += ", Sensitive";
    if (a.write_only)
      traits +=
          ", "
          "[Write-only](https://developer.hashicorp.com/terraform/language/resources/"
          "ephemeral#write-only-arguments)";
    if (!a.deprecated.empty()) traits += ", Deprecated";
    std::string out = "- `" + a.name + "` (" + traits + ")";
    if (auto text = about(a); !text.empty()) out += " " + text;
    if (!a.deprecated.empty()) out += " Deprecated: " + a.deprecated;
    if (a.nesting != Nesting::none)
      out +=
          " (see [below for nested schema](#" + anchor(path.empty() ? a.name : path + "--" + a.name) + "))";
    return out + "\n";
  }

  std::string out_, nested_, later_;
};

struct Page {
  std::string title, description, subcategory, kind;
};

std::string head(const Page& page) {
  return "---\npage_title: " + quoted(page.title + " " + page.kind) +
         "\nsubcategory: " + quoted(page.subcategory) + "\ndescription: |-\n  " +
         first_sentence(page.description) + "\n---\n\n# " + page.title + " (" + page.kind + ")\n\n" +
         page.description + "\n\n";
}

std::string example(const fs::path& file, const char* language) {
  std::string text = contents(file);
  return text.empty() ? "" : "## Example Usage\n\n```" + std::string(language) + "\n" + text + "\n```\n\n";
}

std::string import_text(const std::string& type, const AnyResource& resource, const fs::path& example) {
  if (resource.import_id().empty()) return {};
  std::string shell = contents(example);
  if (shell.empty()) shell = "terraform import " + type + ".example " + resource.import_id();
  return "\n## Import\n\n```terraform\nimport {\n  to = " + type +
         ".example\n  id = " + quoted(resource.import_id()) + "\n}\n```\n\nOr by command:\n\n```shell\n" +
         shell + "\n```\n";
}

std::string function_page(const Function& function, const fs::path& examples) {
  std::string signature, list;
  for (const auto& parameter : function.parameters) {
    signature += (signature.empty() ? "" : ", ") + parameter.name + " " + parameter.type.json();
    list += "1. `" + parameter.name + "` (" + type_text(parameter.type) +
            (parameter.null_allowed ? ", Nullable" : "") + ") " + parameter.description + "\n";
  }
  std::string out = head({function.name, function.description, "", "function"}) +
                    example(examples / "functions" / function.name / "function.tf", "terraform");
  if (function.variadic) {
    signature += (signature.empty() ? "" : ", ") + function.variadic->name + " " +
                 function.variadic->type.json() + "...";
    list += "1. `" + function.variadic->name + "` (Variadic, " + type_text(function.variadic->type) + ") " +
            function.variadic->description + "\n";
  }
  return out + "## Signature\n\n```text\n" + function.name + "(" + signature + ") " + function.result.json() +
         "\n```\n\n## Arguments\n\n" + list;
}

}  // namespace

std::map<std::string, std::string> docs_pages(const Provider& provider, const fs::path& sources) {
  std::map<std::string, std::string> pages;
  fs::path examples = sources / "examples";
  const Schema& configuration = provider.configuration().schema();
  pages["index.md"] = "---\npage_title: \"Provider: " + provider.name() + "\"\ndescription: |-\n  " +
                      first_sentence(configuration.description) + "\n---\n\n# " + provider.name() +
                      " Provider\n\n" + configuration.description + "\n\n" +
                      example(examples / "provider" / "provider.tf", "terraform") +
                      SchemaPage().text(configuration);
  auto all = [&](const auto& things, const std::string& folder, const char* kind, const std::string& file,
                 const char* language) {
    for (const auto& thing : things) {
      std::string type = provider.type_name(*thing);
      pages[folder + "/" + thing->name() + ".md"] =
          head({type, thing->schema().description, thing->subcategory(), kind}) +
          example(examples / folder / type / file, language) + SchemaPage().text(thing->schema());
    }
  };
  all(provider.resources(), "resources", "Resource", "resource.tf", "terraform");
  for (const auto& resource : provider.resources()) {
    std::string type = provider.type_name(*resource);
    pages["resources/" + resource->name() + ".md"] +=
        import_text(type, *resource, examples / "resources" / type / "import.sh");
  }
  all(provider.data_sources(), "data-sources", "Data Source", "data-source.tf", "terraform");
  all(provider.ephemerals(), "ephemeral-resources", "Ephemeral Resource", "ephemeral-resource.tf",
      "terraform");
  all(provider.lists(), "list-resources", "List Resource", "list-resource.tfquery.hcl", "terraform");
  all(provider.actions(), "actions", "Action", "action.tf", "terraform");
  for (const auto& function : provider.functions())
    pages["functions/" + function.name + ".md"] = function_page(function, examples);
  return pages;
}

Status write_docs(const Provider& provider, const fs::path& folder, const fs::path& sources) {
  for (const auto& [name, text] : docs_pages(provider, sources)) {
    std::error_code failed;
    fs::create_directories((folder / name).parent_path(), failed);
    std::ofstream out(folder / name);
    out << text;
    if (!out.flush()) return give_up("cannot write a page of the docs", (folder / name).string());
  }
  return {};
}

std::optional<fs::path> docs_requested(int argc, char** argv) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string_view(argv[i]) == "--docs") return fs::path(argv[i + 1]);
  }
  return std::nullopt;
}

}  // namespace microstack::terraform
