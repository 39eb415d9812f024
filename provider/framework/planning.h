// Planning and its promises, on values and schemas alone: what a plan is made of, and what core will check of
// it. The framework checks the same first, so that a broken promise names the resource and the attribute.
#pragma once

#include <vector>

#include "provider/framework/diagnostics.h"
#include "provider/framework/schema.h"

namespace microstack::terraform {

// The state to expect, from core's proposal: defaults and planned values in, write-only values out, prior
// kept where only the writing differs; and when anything changes, computed values that nobody set become
// unknown, unless they `keep`.
Value expected_state(const Schema& schema, const Value& prior, const Value& config, Value proposed);

// Attributes whose planned value differs from the prior one and that replace: empty for a create.
std::vector<Path> replacing(const Schema& schema, const Value& prior, const Value& config,
                            const Value& planned);

// A promise of Terraform's that a value breaks.
struct Broken {
  Path path;
  std::string what;
};

// Of a plan: it keeps to the configuration where that says something, and to the prior value or null where it
// may not decide.
std::vector<Broken> broken_by_plan(const Schema& schema, const Value& prior, const Value& config,
                                   const Value& planned);
// Of a result: nothing unknown in it, and all that was planned is as planned.
std::vector<Broken> broken_by_result(const Schema& schema, const Value& planned, const Value& result);
// Of any state: it fits the schema, and nothing write-only is in it; with `known`, nothing unknown either.
std::vector<Broken> broken_by_state(const Schema& schema, const Value& state, bool known = true);

// Where value has the same number as reference but for what a double has lost, it gets reference's digits
// back.
void settle_numbers(const Value& reference, Value& value);

// The state with the configured values of write-only attributes in it, for create and update; and without.
void add_write_only(const std::vector<Attribute>& attributes, const Value& config, Value& state);
void drop_write_only(const std::vector<Attribute>& attributes, Value& state);
// Every unknown replaced by null.
void drop_unknown(Value& value);

// The rules of the schema on a configuration; unknown values are given the benefit of the doubt.
void validate(const Schema& schema, const Value& config, Diagnostics& diagnostics);
// Warnings for deprecated attributes come from core; it wants this error from us.
void refuse_write_only(const Schema& schema, const Value& config, Diagnostics& diagnostics);

}  // namespace microstack::terraform
