// Answers of a controller as values and errors.
#pragma once

#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace microstack::juju {

// Codes of errors that callers decide by: error.has_code(code::not_found).
namespace code {
inline constexpr const char* not_found = "not found";
inline constexpr const char* model_not_found = "model not found";
inline constexpr const char* already_exists = "already exists";
inline constexpr const char* unauthorized = "unauthorized access";
inline constexpr const char* blocked = "operation is blocked";
inline constexpr const char* not_implemented = "not implemented";
inline constexpr const char* stopped = "stopped";
// Ours: the connection was lost after the request had gone out; it may have been carried out or not.
inline constexpr const char* outcome_unknown = "outcome unknown";
}  // namespace code

// A controller's error as ours: kind and advice follow from its code, `where` says which call.
Error api_error(const std::string& message, const std::string& code, const std::string& where);
// From {"message", "code"}.
Error api_error(const Json& error, const std::string& where);

// Items of a bulk answer {key: [...]}: each must be there and be no error. `subjects` names what was asked
// about, in the order asked; their number is the number of items expected. All failing items are causes of
// the error.
Result<std::vector<Json>> items(const Json& answer, const std::string& key,
                                const std::vector<std::string>& subjects, const std::string& where);
Status all_items(const Json& answer, const std::string& key, const std::vector<std::string>& subjects,
                 const std::string& where);

// Fields of an answer; Go writes an empty list or map as null.
std::string text(const Json& object, const char* key);
std::int64_t number(const Json& object, const char* key, std::int64_t missing = 0);
bool truth(const Json& object, const char* key);
const Json& list(const Json& object, const char* key);  // an empty array where there is none
const Json& map(const Json& object, const char* key);   // an empty object where there is none

// "user-admin" -> "admin": what follows the first dash; the text itself where the kind differs.
std::string without_tag(const std::string& tag, const std::string& kind);

}  // namespace microstack::juju
