// Between the messages of the protocol and values, schemas and diagnostics.
#pragma once

#include "provider/framework/call.h"
#include "provider/framework/function.h"
#include "provider/framework/schema.h"
#include "provider/protocol/tfplugin6.pb.h"

namespace microstack::terraform::wire {

// msgpack before JSON; a null of the type when there is neither.
Result<Value> read(const tfplugin6::DynamicValue& message, const Type& type);
void write(const Value& value, tfplugin6::DynamicValue* message);

void write(const Path& path, tfplugin6::AttributePath* message);
void write(const Diagnostic& diagnostic, tfplugin6::Diagnostic* message);
void write(const Diagnostics& diagnostics,
           google::protobuf::RepeatedPtrField<tfplugin6::Diagnostic>* messages);

// Private data are a JSON object of strings; what cannot be read is empty.
Private read_private(const std::string& bytes);
std::string write_private(const Private& saved);

void write(const Schema& schema, std::int64_t version, tfplugin6::Schema* message);
void write_identity(const Schema& schema, tfplugin6::ResourceIdentitySchema* message);
void write(const Function& function, tfplugin6::Function* message);

}  // namespace microstack::terraform::wire
