#include "provider/framework/function.h"

#include <stdexcept>

namespace microstack::terraform {

Function&& Function::doc(std::string markdown) && {
  description = std::move(markdown);
  summary = description.substr(0, description.find(". "));
  while (!summary.empty() && (summary.back() == '.' || summary.back() == '\n')) summary.pop_back();
  return std::move(*this);
}

Function&& Function::parameter(const std::string& name, std::string markdown) && {
  if (variadic && variadic->name == name) {
    variadic->description = std::move(markdown);
    return std::move(*this);
  }
  for (auto& parameter : parameters) {
    if (parameter.name != name) continue;
    parameter.description = std::move(markdown);
    return std::move(*this);
  }
  throw std::logic_error("function " + this->name + " has no parameter " + name);
}

}  // namespace microstack::terraform
