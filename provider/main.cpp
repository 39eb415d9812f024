#include <cstdio>
#include <cstring>

#include "engine/cloud/cloud.h"
#include "provider/configuration.h"
#include "provider/data/sources.h"
#include "provider/ephemeral/credentials.h"
#include "provider/ephemeral/kubeconfig.h"
#include "provider/framework/docs.h"
#include "provider/framework/service.h"
#include "provider/functions/clouds_yaml.h"
#include "provider/protocol/serve.h"
#include "provider/resources/by_substrate.h"
#include "provider/resources/cluster.h"
#include "provider/resources/component.h"
#include "provider/resources/demo.h"
#include "provider/resources/external_network.h"
#include "provider/resources/juju_cluster.h"
#include "provider/resources/juju_component.h"
#include "provider/resources/node.h"

namespace {

int failed(const microstack::Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return 1;
}

// A component of the catalogue as one resource, on the substrates that have it.
std::unique_ptr<microstack::terraform::AnyResource> component_of(microstack::Clouds& clouds,
                                                                 microstack::provider::JujuClouds& charmed,
                                                                 const microstack::Component& component) {
  using namespace microstack::provider;
  auto native = component_resource(clouds, component);
  if (!component.juju) return native;
  auto on_juju = juju_component_resource(charmed, component, native->schema());
  return by_substrate(std::move(native), std::move(on_juju));
}

}  // namespace

int main(int argc, char** argv) {
  using namespace microstack;
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0)
    return std::printf("terraform-provider-microstack %s\n", MS_VERSION) < 0;

  auto catalogue = Catalogue::load_embedded();
  if (!catalogue) return failed(catalogue.error());
  Clouds clouds(std::move(*catalogue));
  terraform::Provider all("microstack", MS_VERSION);
  all.configuration(provider::configuration(clouds));
  provider::JujuClouds charmed(clouds.catalogue());
  clouds.elsewhere = [&](const std::string& cluster_id) { return charmed.any(cluster_id, clouds.open); };
  all.add(
      provider::by_substrate(provider::cluster_resource(clouds), provider::juju_cluster_resource(charmed)));
  all.add(provider::node_resource(clouds));
  all.add(provider::external_network_resource(clouds));
  all.add(provider::demo_resource(clouds));
  for (const auto& component : clouds.catalogue().components())
    if (component.optional) all.add(component_of(clouds, charmed, component));
  all.add(provider::cluster_source(clouds));
  all.add(provider::health_source(clouds, charmed));
  all.add(provider::components_source(clouds));
  all.add(provider::sizing_source(clouds));
  all.add(provider::nodes_source(clouds));
  all.add(provider::node_list(clouds));
  all.add(provider::credentials_ephemeral(clouds));
  all.add(provider::kubeconfig_ephemeral(charmed));
  all.add(provider::clouds_yaml_function());
  if (auto sound = all.check(); !sound) return failed(sound.error());
  if (const auto folder = terraform::docs_requested(argc, argv)) {
    const auto written = terraform::write_docs(all, *folder, ".");
    return written ? 0 : failed(Status(written).error());
  }

  auto log = protocol::Log::from_environment("microstack");
  protocol::ServeOptions options{.address = "registry.terraform.io/microstack/microstack"};
  options.debug = protocol::debug_requested(argc, argv);
  terraform::Service service(all, log, options.leaving.get_token());
  protocol::serve(service, log, options);
}
