#include "engine/base/hash.h"

#include <catch2/catch.hpp>

using namespace microstack;

TEST_CASE("SHA-256 and its keyed form give the published values") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, test case 2
  CHECK(hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("Base64 takes any bytes there and back, and refuses what it is not") {
  CHECK(to_base64("") == "");
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("foobar") == "Zm9vYmFy");
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    REQUIRE(from_base64(to_base64(bytes)) == bytes);
    bytes.push_back(static_cast<char>(i));
  }
  CHECK_FALSE(from_base64("abc"));
  CHECK_FALSE(from_base64("ab!="));
}
