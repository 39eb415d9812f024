// What every Host promises; local, ssh, machine and the fake pass it alike. `folder` is one that the test may
// fill and empties again; the host must have the user and group `nobody`/`nogroup`.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "engine/host/host.h"
#include "tests/support/temporary_folder.h"

namespace microstack::contracts {

inline Command command(std::vector<std::string> argv) {
  Command out;
  out.argv = std::move(argv);
  return out;
}

// Written without SECTION: a host is dear (a machine, an sshd), so it is asked everything in one go.
inline void host(Host& host, const std::string& folder) {
  INFO("host " << host.name());
  REQUIRE_FALSE(host.name().empty());

  // Arguments arrive as they are, whatever a shell would make of them.
  const std::vector<std::string> hard{
      "",       " two  words ", "$HOME `id` $(id)", "it's \"quoted\"", "a\\nb", "*", "-n", "ünï",
      "l1\nl2", "%h %%"};
  for (const auto& text : hard) {
    const auto printed = host.run(command({"printf", "%s", text}));
    REQUIRE(printed.ok());
    CHECK(printed.value().out == text);
    CHECK(printed.value().exit_code == 0);
  }

  {  // stdin arrives whole: binary, larger than any pipe
    std::string bytes;
    for (int i = 0; i < 300'000; ++i) bytes.push_back(static_cast<char>((i * 7 + i / 256) & 0xff));
    auto cat = command({"cat"});
    cat.stdin_text = bytes;
    const auto came = host.run(cat);
    REQUIRE(came.ok());
    CHECK(came.value().out == bytes);
  }
  {  // a file goes behind the text, larger than any pipe; one that is not there is told before anything runs
    const testing::TemporaryFolder here;
    const std::string path = here.path + "/sent", bytes(300'000, 'y');
    std::ofstream(path) << bytes;
    auto cat = command({"cat"});
    cat.stdin_text = "first ";
    cat.stdin_file = path;
    const auto came = host.run(cat);
    REQUIRE(came.ok());
    CHECK(came.value().out == "first " + bytes);
    cat.stdin_file = path + "-not";
    CHECK_FALSE(host.run(cat).ok());
  }
  {  // a program that does not read its stdin
    auto deaf = command({"true"});
    deaf.stdin_text = std::string(1'000'000, 'x');
    const auto ended = host.run(deaf);
    REQUIRE(ended.ok());
    CHECK(ended.value().exit_code == 0);
  }
  {  // an exit code is a result
    const auto ended = host.run(command({"false"}));
    REQUIRE(ended.ok());
    CHECK(ended.value().exit_code == 1);
    CHECK_FALSE(run_ok(host, command({"false"})).ok());
  }
  {  // a program that does not exist is 127, as in a shell
    const auto ended = host.run(command({"no-such-program-here"}));
    REQUIRE(ended.ok());
    CHECK(ended.value().exit_code == 127);
    CHECK(ended.value().err.find("no-such-program-here") != std::string::npos);
  }
  {  // stderr is apart
    const auto ended = host.run(command({"cat", "/no/such/file"}));
    REQUIRE(ended.ok());
    CHECK(ended.value().exit_code != 0);
    CHECK(ended.value().out.empty());
    CHECK(ended.value().err.find("/no/such/file") != std::string::npos);
  }
  {  // lines as they come, the last one also without its end
    std::vector<std::string> lines;
    auto cat = command({"cat"});
    cat.stdin_text = "one\n\ntwo\nlast";
    cat.on_line = [&lines](std::string_view line) { lines.emplace_back(line); };
    const auto came = host.run(cat);
    REQUIRE(came.ok());
    CHECK(lines == std::vector<std::string>{"one", "", "two", "last"});
    CHECK(came.value().out == "one\n\ntwo\nlast");
  }
  {  // a fixed environment, plus what is given
    auto env = command({"env"});
    env.env = {{"MS_GIVEN", "it's = 'this' $HOME"}};
    const auto out = run_ok(host, env);
    REQUIRE(out.ok());
    const auto text = "\n" + out.value();
    CHECK(text.find("\nMS_GIVEN=it's = 'this' $HOME\n") != std::string::npos);
    CHECK(text.find("\nLANG=C.UTF-8\n") != std::string::npos);
    CHECK(text.find("\nHOME=/root\n") != std::string::npos);
    CHECK(text.find("SSH_") == std::string::npos);
  }
  {  // folder and user
    auto pwd = command({"pwd"});
    pwd.directory = "/etc";
    CHECK(run_ok(host, pwd).value_or("") == "/etc\n");
    CHECK(run_ok(host, command({"pwd"})).value_or("") == "/\n");
    auto id = command({"id", "-un"});
    CHECK(run_ok(host, id).value_or("") == "root\n");
    id.user = "nobody";
    CHECK(run_ok(host, id).value_or("") == "nobody\n");
    id.user = "nobody-of-that-name";
    CHECK_FALSE(host.run(id).ok());
    pwd.directory = "/no/such/folder";
    CHECK_FALSE(host.run(pwd).ok());
  }
  {  // the limit ends it: an error of kind retry that names the program
    auto slow = command({"sleep", "60"});
    slow.limit = std::chrono::milliseconds(300);
    const auto begin = std::chrono::steady_clock::now();
    const auto ended = host.run(slow);
    REQUIRE_FALSE(ended.ok());
    CHECK(ended.error().kind == ErrorKind::retry);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
  }
  {  // stop ends it
    std::stop_source source;
    source.request_stop();
    CHECK_FALSE(host.run(command({"sleep", "60"}), source.get_token()).ok());
  }

  // Files.
  const auto file = folder + "/deep/er/file";
  REQUIRE(host.remove(folder + "/deep").ok());
  {
    const auto none = host.read(file);
    REQUIRE(none.ok());
    CHECK_FALSE(none.value().has_value());
  }
  for (const auto& bytes :
       {std::string(), std::string("text\n"), std::string("\0\xff\n\n", 4), std::string(200'000, 'b')}) {
    REQUIRE(host.write(file, {bytes, 0640, "nobody", "nogroup"}).ok());
    const auto there = host.read(file);
    REQUIRE(there.ok());
    REQUIRE(there.value().has_value());
    CHECK(there.value()->bytes == bytes);
    CHECK(there.value()->mode == 0640);
    CHECK(there.value()->owner == "nobody");
    CHECK(there.value()->group == "nogroup");
  }
  REQUIRE(host.write(file, {"other", 0600, "root", "root"}).ok());
  CHECK(host.read(file).value()->mode == 0600);
  CHECK(host.read(file).value()->owner == "root");
  CHECK_FALSE(host.write(folder + "/deep", {"a folder is in the way"}).ok());
  CHECK_FALSE(host.read(folder + "/deep").ok());
  CHECK_FALSE(host.write(file, {"x", 0600, "nobody-of-that-name", "root"}).ok());
  CHECK(host.read(file).value()->bytes == "other");  // whole or not at all
  CHECK_FALSE(host.write("relative/path", {"x"}).ok());
  CHECK_FALSE(host.remove("/").ok());
  REQUIRE(host.remove(file).ok());
  CHECK_FALSE(host.read(file).value().has_value());
  REQUIRE(host.remove(file).ok());  // what is gone is gone
  REQUIRE(host.write(file, {"again"}).ok());
  REQUIRE(host.remove(folder + "/deep").ok());
  CHECK_FALSE(host.read(file).value().has_value());
}

}  // namespace microstack::contracts
