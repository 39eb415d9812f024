// How things are named in Terraform's language.
#pragma once

#include <algorithm>
#include <string_view>

namespace microstack::terraform {

// Of lower case letters, digits and _, and no digit first. By hand, for it is asked about every name at every
// start: the library's regular expressions take a millisecond to compile.
inline bool is_name(std::string_view text) {
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  auto fits = [&](char c) { return (c >= 'a' && c <= 'z') || digit(c) || c == '_'; };
  return !text.empty() && !digit(text[0]) && std::all_of(text.begin(), text.end(), fits);
}

}  // namespace microstack::terraform
