#include "engine/base/secret.h"

#include <catch2/catch.hpp>
#include <set>
#include <type_traits>

using namespace microstack;

template <class T>
concept printable = requires(std::ostream& out, const T& value) {
  out << value;
};

TEST_CASE("a secret does not print and is no text by itself") {
  CHECK_FALSE(printable<Secret>);
  CHECK_FALSE(std::is_convertible_v<Secret, std::string>);
  CHECK_FALSE(std::is_convertible_v<std::string, Secret>);
}

TEST_CASE("secrets are equal when their texts are") {
  CHECK(Secret("abc") == Secret("abc"));
  CHECK_FALSE(Secret("abc") == Secret("abd"));
  CHECK_FALSE(Secret("abc") == Secret("ab"));
  CHECK(Secret().empty());
}

TEST_CASE("random secrets are URL-safe, of the length asked for, and never the same") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto text = random_secret().reveal();
    REQUIRE(text.size() == 32);
    REQUIRE(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
            std::string::npos);
    REQUIRE(seen.insert(text).second);
  }
  CHECK(random_secret(1).reveal().size() == 2);
  CHECK(random_secret(16).reveal().size() == 22);
}
