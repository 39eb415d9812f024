// Kubernetes' quantities: "500m", "2", "1.5Gi", "128974848", "1e3".
#pragma once

#include <optional>
#include <string>

namespace microstack::kubernetes {

// In cores or bytes; nullopt: no quantity.
std::optional<double> quantity(const std::string& text);
// For people: "1.5 GiB", "350 MiB".
std::string bytes_text(double bytes);
// "0.5 cores", "2 cores"
std::string cores_text(double cores);

}  // namespace microstack::kubernetes
