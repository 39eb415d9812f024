#include "engine/clients/http/curl_library.h"

#include <dlfcn.h>

#include <string>

namespace microstack::http {
namespace {

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

Result<CurlLibrary> open_library() {
  void* library = nullptr;
  for (const char* file : {"libcurl.so.4", "libcurl-gnutls.so.4"}) {
    if ((library = dlopen(file, RTLD_NOW | RTLD_LOCAL))) break;
  }
  if (!library) {
    const char* reason = dlerror();
    return ask("libcurl.so.4 cannot be opened" + (reason ? std::string(": ") + reason : ""), {},
               "install it: apt-get install libcurl4 (Debian 13: libcurl4t64; other distributions: libcurl "
               "or curl)");
  }
  CurlLibrary curl{};
  const bool whole = find(library, "curl_global_init", curl.global_init) &&
                     find(library, "curl_easy_init", curl.easy_init) &&
                     find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
                     find(library, "curl_easy_reset", curl.easy_reset) &&
                     find(library, "curl_easy_setopt", curl.easy_setopt) &&
                     find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
                     find(library, "curl_easy_strerror", curl.easy_strerror) &&
                     find(library, "curl_multi_init", curl.multi_init) &&
                     find(library, "curl_multi_cleanup", curl.multi_cleanup) &&
                     find(library, "curl_multi_add_handle", curl.multi_add_handle) &&
                     find(library, "curl_multi_remove_handle", curl.multi_remove_handle) &&
                     find(library, "curl_multi_perform", curl.multi_perform) &&
                     find(library, "curl_multi_poll", curl.multi_poll) &&
                     find(library, "curl_multi_wakeup", curl.multi_wakeup) &&
                     find(library, "curl_multi_info_read", curl.multi_info_read) &&
                     find(library, "curl_slist_append", curl.slist_append) &&
                     find(library, "curl_slist_free_all", curl.slist_free_all);
  if (!whole) return ask("libcurl is too old", {}, "install libcurl 7.85 or newer");
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return give_up("libcurl could not be initialised");
  return curl;
}

}  // namespace

Result<const CurlLibrary*> curl_library() {
  static const Result<CurlLibrary> library = open_library();
  if (!library) return Result<CurlLibrary>(library).error();
  return &library.value();
}

}  // namespace microstack::http
