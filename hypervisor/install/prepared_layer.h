// The layers of a new machine: the base image of the catalogue's components, and on it the layer in which the
// prepare stage was carried out once (database migrations, capability probing).
#pragma once

#include "engine/machines/images.h"
#include "hypervisor/front.h"

namespace microstack {

// What one base image serves, whatever roles the node on it gets.
extern const std::vector<std::string> kImageRoles;

// Carries the prepare stage out in a scratch machine, by this same program, and keeps what it changed.
Status prepare_layer(Images& images, const ImageInfo& image, const ImageRecipe& recipe, StepContext& context);

// Whether a machine of that specification has its image on this host already.
Result<bool> has_image(Front& front, const MachineSpec& spec);

// Uppermost first, made where they are missing. Packages that the specification leaves out are the
// catalogue's. With prepared "auto", a layer that cannot be made is told of and done without.
Result<std::vector<std::string>> layers_for(Front& front, Images& images, MachineSpec& spec,
                                            StepContext& context);

}  // namespace microstack
