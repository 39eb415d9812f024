// Everything the framework offers, once: `mstest_thing` is the resource with all kinds of attributes, the
// others each show one trait.
#pragma once

#include "provider/framework/provider.h"
#include "tests/test-provider/world.h"

namespace microstack::mstest {

// All of it, over one world. `world` outlives the provider.
terraform::Provider make_provider(World& world);

std::unique_ptr<terraform::AnyResource> thing(World& world);  // every kind of attribute
std::unique_ptr<terraform::AnyResource> slow(
    World& world);  // honours stop and timeouts; switches make it fail
std::unique_ptr<terraform::AnyResource> resumable(
    World& world);  // creates in two steps, the second fails at first
std::unique_ptr<terraform::AnyResource> component(
    World& world, const std::string& name,
    std::vector<terraform::Attribute> attributes);  // its schema is data
std::unique_ptr<terraform::AnyDataSource> things(World& world);
std::unique_ptr<terraform::AnyEphemeral> token(World& world);
std::unique_ptr<terraform::AnyList> list_of_things(World& world);
std::unique_ptr<terraform::AnyAction> ping(World& world);
std::unique_ptr<terraform::AnyConfiguration> settings(World& world);
std::vector<terraform::Function> functions();

}  // namespace microstack::mstest
