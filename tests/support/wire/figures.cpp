// Measures a provider as Terraform meets it: provider_figures FILE prints one "name value" a line.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>

#include "tests/support/wire/provider.h"

using namespace microstack;

namespace {

using Clock = std::chrono::steady_clock;

double milliseconds(Clock::time_point since) {
  return std::chrono::duration<double, std::milli>(Clock::now() - since).count();
}

double resident_mb(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;)
    if (word == "VmRSS:") return status >> word, std::stod(word) / 1024;
  return 0;
}

double schema_ms(wire::Provider& provider) {
  grpc::ClientContext context;
  tfplugin6::GetProviderSchema::Response response;
  auto begin = Clock::now();
  auto status = provider.rpc().GetProviderSchema(&context, {}, &response);
  if (!status.ok()) throw std::runtime_error("GetProviderSchema: " + status.error_message());
  return milliseconds(begin);
}

struct Measured {
  std::vector<double> start, first_schema, warm_schema, memory, end;
};

void measure(const std::string& file, Measured& to) {
  auto provider = wire::Provider::start({.program = file});
  if (!provider) throw std::runtime_error(provider.error().text());
  to.start.push_back((*provider)->handshake_ms());
  to.first_schema.push_back(schema_ms(**provider));
  to.memory.push_back(resident_mb((*provider)->process().pid()));
  for (int i = 0; i < 20; ++i) to.warm_schema.push_back(schema_ms(**provider));
  auto begin = Clock::now();
  auto ended = (*provider)->shut_down();
  if (!ended) throw std::runtime_error(ended.error().text());
  to.end.push_back(milliseconds(begin));
}

void print(const char* name, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::cout << name << "_min " << values.front() << "\n"
            << name << "_median " << values[values.size() / 2] << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: provider_figures PROVIDER\n", 2;
  Measured measured;
  for (int round = 0; round < 30; ++round) measure(argv[1], measured);
  std::cout << std::fixed << std::setprecision(2);
  print("start_ms", measured.start);
  print("first_schema_ms", measured.first_schema);
  print("warm_schema_ms", measured.warm_schema);
  print("memory_mb", measured.memory);
  print("end_ms", measured.end);
  std::cout << "file_mb " << static_cast<double>(std::filesystem::file_size(argv[1])) / 1e6 << "\n";
}
