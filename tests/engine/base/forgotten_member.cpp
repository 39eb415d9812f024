#include "engine/base/fields.h"

struct Inner {
  int number = 0;
};
struct Thing {
  std::string name;
  std::string title;
  std::vector<Inner> inner;
  microstack::Json config;
};

template <>
struct microstack::Fields<Inner> {
  static constexpr auto list = fields(field("number", &Inner::number));
};
template <>
struct microstack::Fields<Thing> {
  static constexpr auto list = fields(
#ifndef NO_FIRST
      field("name", &Thing::name),
#endif
#ifndef NO_MIDDLE
      field("title", &Thing::title),
#endif
      field("inner", &Thing::inner)
#ifdef TWICE
          ,
      field("inner", &Thing::inner)
#endif
#ifndef NO_LAST
          ,
      field("config", &Thing::config)
#endif
  );
};
MS_FIELDS_COMPLETE(Inner);
MS_FIELDS_COMPLETE(Thing);
