#include "engine/base/result.h"

#include <catch2/catch.hpp>

using namespace microstack;

TEST_CASE("a wider error takes kind and attribute of its first cause and prints as a tree") {
  const auto inner = ask("the port 5000 is taken by apache2", "node1", "stop apache2", {"ports"});
  const auto outer = doing("installing keystone", inner);
  CHECK(outer.kind == ErrorKind::ask);
  CHECK(outer.attribute == std::vector<std::string>{"ports"});
  CHECK(outer.text() == "installing keystone\n  the port 5000 is taken by apache2 (node1); stop apache2");
}
