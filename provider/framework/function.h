// Provider functions: pure, offline, the same result for the same arguments. Any C++ function becomes one:
//
//   provider.add(function("subnet_plan", &subnet_plan, {"prefix", "count"})
//                    .doc("Cuts a prefix into subnets.").parameter("prefix", "An IPv4 prefix."));
//
// Parameters and result are what Attr<T> may hold (model.h). A parameter of type Attr<T> may be null, a last
// one of type Variadic<T> takes all further arguments. An Error whose attribute names a parameter is shown at
// that argument.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "provider/framework/model.h"

namespace microstack::terraform {

template <class T>
struct Variadic {
  std::vector<T> items;
};

struct Parameter {
  std::string name;
  std::string description;
  Type type = Type::dynamic();
  bool null_allowed = false;
};

struct Function {
  std::string name, summary, description, deprecated;
  std::vector<Parameter> parameters;
  std::optional<Parameter> variadic;
  Type result = Type::dynamic();
  std::function<Result<Value>(const std::vector<Value>&)> call;

  Function&& doc(std::string markdown) &&;  // its first sentence is the summary
  Function&& parameter(const std::string& name, std::string markdown) &&;
};

namespace codec {

template <class T>
struct Argument {
  static constexpr bool variadic = false;
  static Parameter declare(const std::string& name) {
    Attribute a;
    Codec<T>::describe(a);
    return {name, {}, a.type, is_attr<T>::value};
  }
  static Status read(const std::vector<Value>& all, std::size_t at, const std::string& name, T& out) {
    if (at >= all.size()) return within(name, give_up("The argument is missing"));
    return within(name, read_element(all[at], out));
  }
};

template <class T>
struct Argument<Variadic<T>> {
  static constexpr bool variadic = true;
  static Parameter declare(const std::string& name) { return Argument<T>::declare(name); }
  static Status read(const std::vector<Value>& all, std::size_t at, const std::string& name,
                     Variadic<T>& out) {
    for (; at < all.size(); ++at) MS_CHECK(within(name, read_element(all[at], out.items.emplace_back())));
    return {};
  }
};

template <class R, class... A, std::size_t... I>
Result<Value> apply(const std::function<Result<R>(A...)>& body, const std::vector<std::string>& names,
                    const std::vector<Value>& values, std::index_sequence<I...>) {
  std::tuple<std::remove_cvref_t<A>...> arguments;
  Status status;
  ((status
        ? void(status = Argument<std::remove_cvref_t<A>>::read(values, I, names[I], std::get<I>(arguments)))
        : void()),
   ...);
  MS_CHECK(status);
  MS_TRY(auto result, std::apply(body, std::move(arguments)));
  return Codec<R>::write(result);
}

}  // namespace codec

template <class R, class... A>
Function function(std::string name, Result<R> (*body)(A...), std::vector<std::string> names) {
  if (names.size() != sizeof...(A))
    throw std::logic_error("function " + name + ": each parameter needs a name");
  Function out;
  out.name = std::move(name);
  std::size_t i = 0;
  auto declare = [&]<class T>() {
    auto parameter = codec::Argument<T>::declare(names[i++]);
    if (codec::Argument<T>::variadic) {
      out.variadic = std::move(parameter);
    } else {
      out.parameters.push_back(std::move(parameter));
    }
  };
  (declare.template operator()<std::remove_cvref_t<A>>(), ...);
  Attribute result;
  codec::Codec<R>::describe(result);
  out.result = result.type;
  out.call = [body = std::function<Result<R>(A...)>(body),
              names = std::move(names)](const std::vector<Value>& values) {
    return codec::apply<R, A...>(body, names, values, std::index_sequence_for<A...>());
  };
  return out;
}

}  // namespace microstack::terraform
