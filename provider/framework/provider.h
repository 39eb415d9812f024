// A provider is the list of what it offers. main() fills it, check()s it, and hands it to a Service
// (service.h) or to write_docs (docs.h).
#pragma once

#include <map>

#include "provider/framework/function.h"
#include "provider/framework/sources.h"

namespace microstack::terraform {

class Provider {
 public:
  // `name` as in terraform-provider-NAME, and the prefix of all type names.
  Provider(std::string name, std::string version);

  void configuration(std::unique_ptr<AnyConfiguration> configuration) {
    configuration_ = std::move(configuration);
  }
  void add(std::unique_ptr<AnyResource> resource) { resources_.push_back(std::move(resource)); }
  void add(std::unique_ptr<AnyDataSource> source) { data_sources_.push_back(std::move(source)); }
  void add(std::unique_ptr<AnyEphemeral> ephemeral) { ephemerals_.push_back(std::move(ephemeral)); }
  void add(std::unique_ptr<AnyList> list) { lists_.push_back(std::move(list)); }
  void add(std::unique_ptr<AnyAction> action) { actions_.push_back(std::move(action)); }
  void add(Function function) { functions_.push_back(std::move(function)); }

  // All that is wrong with the schemas, as one error; a provider that fails this must not be served.
  Status check() const;

  const std::string& name() const { return name_; }
  const std::string& version() const { return version_; }
  std::string type_name(const Described& thing) const { return name_ + "_" + thing.name(); }
  AnyConfiguration& configuration() const { return *configuration_; }
  const std::vector<std::unique_ptr<AnyResource>>& resources() const { return resources_; }
  const std::vector<std::unique_ptr<AnyDataSource>>& data_sources() const { return data_sources_; }
  const std::vector<std::unique_ptr<AnyEphemeral>>& ephemerals() const { return ephemerals_; }
  const std::vector<std::unique_ptr<AnyList>>& lists() const { return lists_; }
  const std::vector<std::unique_ptr<AnyAction>>& actions() const { return actions_; }
  const std::vector<Function>& functions() const { return functions_; }

 private:
  std::string name_, version_;
  std::unique_ptr<AnyConfiguration> configuration_;
  std::vector<std::unique_ptr<AnyResource>> resources_;
  std::vector<std::unique_ptr<AnyDataSource>> data_sources_;
  std::vector<std::unique_ptr<AnyEphemeral>> ephemerals_;
  std::vector<std::unique_ptr<AnyList>> lists_;
  std::vector<std::unique_ptr<AnyAction>> actions_;
  std::vector<Function> functions_;
};

}  // namespace microstack::terraform
