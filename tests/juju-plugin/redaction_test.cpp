#include "juju-plugin/format/redaction.h"

#include "tests/juju-plugin/stage.h"

using namespace microstack;
using namespace microstack::plugin;

TEST_CASE("known secrets are replaced by their names") {
  CHECK(redacted("a s3cr3t-of-nova b", {{"nova/db", Secret("s3cr3t-of-nova\n")}}) == "a [secret nova/db] b");
}

TEST_CASE("what only looks like a secret goes too") {
  const auto clean = [](const std::string& text) { return redacted(text, {}); };
  CHECK(clean("connection = mysql+pymysql://nova:abc123@127.0.0.1/nova") ==
        "connection = mysql+pymysql://nova:[redacted]@127.0.0.1/nova");
  CHECK(clean("admin_password = hunter2\nuser = x") == "admin_password = [redacted]\nuser = x");
  CHECK(clean(R"({"secret_key": "abc", "b": 1})") == R"({"secret_key": "[redacted]", "b": 1})");
  CHECK(clean("x\n-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\ny") ==
        "x\n[redacted private key]\ny");
  CHECK(clean("token gAAAAA" + std::string(80, 'b') + " end") == "token [redacted token] end");
  CHECK(clean("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----") ==
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----");
}

TEST_CASE("a support bundle has the status, is private, and holds no secret of the cloud") {
  Stage stage;
  stage.world["differences"] = {
      {{"component", "nova"}, {"step", "file:x"}, {"text", "it says demo-password-of-the-demo"}}};
  stage.tell();
  const auto bundle = stage.folder + "/bundle.tar.gz";
  const auto ran = stage.run({"inspect", "-o", bundle});
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  CHECK((std::filesystem::status(bundle).permissions() & std::filesystem::perms::all) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  const auto unpacked = stage.folder + "/unpacked";
  std::filesystem::create_directory(unpacked);
  REQUIRE(std::system(("tar -xzf " + bundle + " -C " + unpacked).c_str()) == 0);
  int files = 0, statuses = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(unpacked)) {
    if (!file.is_regular_file()) continue;
    ++files;
    const auto text = read_file(file.path().string());
    REQUIRE(text);
    CHECK_THAT(text->value_or(""),
               !Catch::Contains("demo-password-of-the-demo") && !Catch::Contains("opensesame"));
    statuses += file.path().filename() == "status.txt";
  }
  CHECK(files > 15);
  CHECK(statuses == 1);
}
