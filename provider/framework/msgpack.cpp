#include "provider/framework/msgpack.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace microstack::terraform {
namespace {

constexpr int deepest = 400;
constexpr std::size_t longest_refinement = 1024;

// --- writing

void big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
}

void tagged(std::string& out, unsigned tag, std::uint64_t value, int bytes) {
  out += static_cast<char>(tag);
  big_endian(out, value, bytes);
}

void write_integer(std::string& out, std::int64_t value) {
  auto bits = static_cast<std::uint64_t>(value);
  if (value >= 0) {
    if (value < 0x80) return void(out += static_cast<char>(value));
    if (value <= 0xff) return tagged(out, 0xcc, bits, 1);
    if (value <= 0xffff) return tagged(out, 0xcd, bits, 2);
    if (value <= 0xffffffff) return tagged(out, 0xce, bits, 4);
    return tagged(out, 0xcf, bits, 8);
  }
  if (value >= -32) return void(out += static_cast<char>(value));
  if (value >= INT8_MIN) return tagged(out, 0xd0, bits, 1);
  if (value >= INT16_MIN) return tagged(out, 0xd1, bits, 2);
  if (value >= INT32_MIN) return tagged(out, 0xd2, bits, 4);
  tagged(out, 0xd3, bits, 8);
}

// tiny: tag with the length inside, up to `tiny_limit`; then tags for one (0: none), two and four bytes of
// length.
void write_length(std::string& out, std::size_t n, unsigned tiny, std::size_t tiny_limit, unsigned one,
                  unsigned two) {
  if (n < tiny_limit) return void(out += static_cast<char>(tiny | n));
  if (one && n <= 0xff) return tagged(out, one, n, 1);
  if (n <= 0xffff) return tagged(out, two, n, 2);
  tagged(out, two + 1, n, 4);
}

void write_string(std::string& out, std::string_view text) {
  write_length(out, text.size(), 0xa0, 32, 0xd9, 0xda);
  out += text;
}

void write_number(std::string& out, const Number& number) {
  if (auto integer = std::get_if<std::int64_t>(&number.held())) return write_integer(out, *integer);
  if (auto real = std::get_if<double>(&number.held()))
    return tagged(out, 0xcb, std::bit_cast<std::uint64_t>(*real), 8);
  write_string(out, std::get<std::string>(number.held()));
}

void write_extension(std::string& out, unsigned type, std::string_view payload) {
  switch (payload.size()) {
    case 1:
      out += '\xd4';
      break;
    case 2:
      out += '\xd5';
      break;
    case 4:
      out += '\xd6';
      break;
    case 8:
      out += '\xd7';
      break;
    case 16:
      out += '\xd8';
      break;
    default:
      write_length(out, payload.size(), 0, 0, 0xc7, 0xc8);
  }
  out += static_cast<char>(type);
  out += payload;
}

void write_unknown(std::string& out, const Refinement* known) {
  if (!known) return void(out.append("\xd4\0\0", 3));
  std::string payload;
  unsigned entries = 0;
  auto entry = [&](char key) { ++entries, payload += key; };
  auto bound = [&](char key, const std::optional<Refinement::Bound>& bound) {
    if (!bound) return;
    entry(key);
    payload += '\x92';
    write_number(payload, bound->number);
    payload += bound->inclusive ? '\xc3' : '\xc2';
  };
  if (known->not_null) entry(1), payload += '\xc2';
  if (!known->prefix.empty()) entry(2), write_string(payload, known->prefix);
  bound(3, known->lower);
  bound(4, known->upper);
  if (known->shortest) entry(5), write_integer(payload, *known->shortest);
  if (known->longest) entry(6), write_integer(payload, *known->longest);
  payload.insert(payload.begin(), static_cast<char>(0x80 | entries));
  if (payload.size() > longest_refinement) return void(out.append("\xd4\0\0", 3));
  write_extension(out, 12, payload);
}

void write(std::string& out, const Value& value, bool refined) {
  switch (value.kind()) {
    case Value::Kind::null:
      out += '\xc0';
      return;
    case Value::Kind::unknown:
      return write_unknown(out, refined ? value.refinement() : nullptr);
    case Value::Kind::boolean:
      out += value.as_bool() ? '\xc3' : '\xc2';
      return;
    case Value::Kind::number:
      return write_number(out, value.as_number());
    case Value::Kind::string:
      return write_string(out, value.as_string());
    case Value::Kind::list:
    case Value::Kind::set:
    case Value::Kind::tuple:
      write_length(out, value.items().size(), 0x90, 16, 0, 0xdc);
      for (const auto& item : value.items()) write(out, item, refined);
      return;
    case Value::Kind::map:
    case Value::Kind::object:
      write_length(out, value.members().size(), 0x80, 16, 0, 0xde);
      for (const auto& member : value.members()) {
        write_string(out, member.name);
        write(out, member.value, refined);
      }
      return;
    case Value::Kind::typed: {
      out += '\x92';
      auto type = value.inner_type().json();
      write_length(out, type.size(), 0, 0, 0xc4, 0xc5);
      out += type;
      return write(out, value.inner(), false);
    }
  }
}

// --- reading

// A cursor that fails once and then stays failed; every read says whether it went well.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool value(const Type& type, Value& out, int depth);
  bool at_end() const { return rest_.empty(); }
  const std::string& problem() const { return problem_; }

 private:
  bool fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }
  bool byte(unsigned& out) {
    if (rest_.empty()) return fail("the value ends in the middle");
    out = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return true;
  }
  bool big_endian(int bytes, std::uint64_t& out) {
    if (rest_.size() < static_cast<std::size_t>(bytes)) return fail("the value ends in the middle");
    out = 0;
    for (int i = 0; i < bytes; ++i)
      out = out << 8 | static_cast<unsigned char>(rest_[static_cast<std::size_t>(i)]);
    rest_.remove_prefix(static_cast<std::size_t>(bytes));
    return true;
  }
  bool bytes(std::uint64_t size, std::string_view& out) {
    if (size > rest_.size()) return fail("a length goes beyond the end of the value");
    out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }
  // Of a str or bin whose tag has been read.
  bool text(unsigned tag, std::string_view& out) {
    std::uint64_t size = tag & 0x1f;
    if (tag == 0xd9 || tag == 0xc4) {
      if (!big_endian(1, size)) return false;
    } else if (tag == 0xda || tag == 0xc5) {
      if (!big_endian(2, size)) return false;
    } else if (tag == 0xdb || tag == 0xc6) {
      if (!big_endian(4, size)) return false;
    } else if ((tag & 0xe0) != 0xa0) {
      return fail("a string is required");
    }
    return bytes(size, out);
  }
  // Every element takes a byte at least, a pair two: so the count is bounded by what is left.
  bool count(unsigned tag, unsigned tiny, unsigned two, std::size_t each, const char* what,
             std::size_t& out) {
    std::uint64_t n = tag & 0x0f;
    if (tag == two) {
      if (!big_endian(2, n)) return false;
    } else if (tag == two + 1) {
      if (!big_endian(4, n)) return false;
    } else if ((tag & 0xf0) != tiny) {
      return fail(std::string(what) + " is required");
    }
    if (n * each > rest_.size()) return fail("a length goes beyond the end of the value");
    out = n;
    return true;
  }
  bool array(unsigned tag, std::size_t& n) { return count(tag, 0x90, 0xdc, 1, "a list, set or tuple", n); }
  bool map(unsigned tag, std::size_t& n) { return count(tag, 0x80, 0xde, 2, "a map or object", n); }
  bool number(unsigned tag, Number& out);
  bool is_extension(unsigned tag) const {
    return (tag >= 0xd4 && tag <= 0xd8) || (tag >= 0xc7 && tag <= 0xc9);
  }
  bool unknown(unsigned tag, bool refined, Value& out);
  bool refinement(Refinement& out);
  bool object(unsigned tag, const Type& type, Value& out, int depth);
  bool dynamic(unsigned tag, Value& out, int depth);

  std::string_view rest_;
  std::string problem_;
};

bool Reader::number(unsigned tag, Number& out) {
  std::uint64_t bits = 0;
  if (tag < 0x80) return out = Number(static_cast<std::int64_t>(tag)), true;
  if (tag >= 0xe0) return out = Number(static_cast<std::int64_t>(static_cast<std::int8_t>(tag))), true;
  if (tag >= 0xcc && tag <= 0xcf) {
    if (!big_endian(1 << (tag - 0xcc), bits)) return false;
    out = bits <= INT64_MAX ? Number(static_cast<std::int64_t>(bits)) : *Number::parse(std::to_string(bits));
    return true;
  }
  if (tag >= 0xd0 && tag <= 0xd3) {
    int size = 1 << (tag - 0xd0);
    if (!big_endian(size, bits)) return false;
    int shift = 64 - 8 * size;  // sign extension
    out = Number(static_cast<std::int64_t>(bits << shift) >> shift);
    return true;
  }
  if (tag == 0xca || tag == 0xcb) {
    if (!big_endian(tag == 0xca ? 4 : 8, bits)) return false;
    double real =
        tag == 0xcb ? std::bit_cast<double>(bits) : std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (std::isnan(real)) return fail("a number is not one (NaN)");
    out = Number::exact(real);
    return true;
  }
  std::string_view digits;
  if (!text(tag, digits)) return problem_ = "a number is required", false;
  auto parsed = Number::parse(digits);
  if (!parsed) return fail("a text is not a number");
  out = std::move(*parsed);
  return true;
}

bool Reader::refinement(Refinement& out) {
  unsigned tag = 0;
  std::size_t entries = 0;
  if (!byte(tag) || !map(tag, entries)) return false;
  for (std::size_t i = 0; i < entries; ++i) {
    Number key, number;
    std::size_t two = 0;
    std::string_view prefix;
    if (!byte(tag) || !this->number(tag, key) || !byte(tag)) return false;
    switch (key.integer().value_or(0)) {
      case 1:
        out.not_null = tag == 0xc2;
        break;
      case 2:
        if (!text(tag, prefix)) return false;
        out.prefix = prefix;
        break;
      case 3:
      case 4: {
        if (!array(tag, two) || two != 2 || !byte(tag) || !this->number(tag, number) || !byte(tag))
          return fail("a refinement is broken");
        (key.integer() == 3 ? out.lower : out.upper) = Refinement::Bound{std::move(number), tag == 0xc3};
        break;
      }
      case 5:
      case 6:
        if (!this->number(tag, number)) return false;
        (key.integer() == 5 ? out.shortest : out.longest) = number.integer();
        break;
      default:
        return true;  // made by a newer core: what was understood so far still holds
    }
  }
  return true;
}

bool Reader::unknown(unsigned tag, bool refined, Value& out) {
  std::uint64_t size = 0;
  if (tag >= 0xd4 && tag <= 0xd8) {
    size = 1u << (tag - 0xd4);
  } else if (!big_endian(1 << (tag - 0xc7), size)) {
    return false;
  }
  unsigned type = 0;
  std::string_view payload;
  if (!byte(type) || !bytes(size, payload)) return false;
  Refinement known;
  if (refined && type == 12 && payload.size() <= longest_refinement) {
    Reader inner(payload);
    if (!inner.refinement(known)) return fail(inner.problem());
  }
  out = Value::unknown(std::move(known));
  return true;
}

bool Reader::object(unsigned tag, const Type& type, Value& out, int depth) {
  std::size_t n = 0;
  if (!map(tag, n)) return false;
  const auto& attributes = type.attributes();
  if (n != attributes.size()) {
    return fail("an object with " + std::to_string(attributes.size()) + " attributes is required, not " +
                std::to_string(n));
  }
  Value::Members members(n);
  std::vector<bool> seen(n);
  for (std::size_t i = 0; i < n; ++i) {
    std::string_view name;
    unsigned t = 0;
    if (!byte(t) || !text(t, name)) return false;
    std::size_t at = i;  // core writes them sorted; any order is read
    if (attributes[at].name != name) {
      for (at = 0; at < n && attributes[at].name != name; ++at) {
      }
      if (at == n) return fail("there is no attribute \"" + std::string(name) + "\"");
    }
    if (seen[at]) return fail("the attribute \"" + std::string(name) + "\" is there twice");
    seen[at] = true;
    members[at].name = attributes[at].name;
    if (!value(attributes[at].type, members[at].value, depth + 1)) {
      problem_.insert(0, std::string(name) + ": ");
      return false;
    }
  }
  out = Value::object(std::move(members));
  return true;
}

bool Reader::dynamic(unsigned tag, Value& out, int depth) {
  std::size_t two = 0;
  std::string_view json;
  unsigned t = 0;
  if (!array(tag, two)) return false;
  if (two != 2) return fail("a dynamic value is a type and a value");
  if (!byte(t) || !text(t, json)) return false;
  auto type = Type::parse(json);
  if (!type) return fail(type.error().what);
  if (type->kind() == Type::Kind::dynamic) return fail("a dynamic value has no type of its own");
  Value inner;
  if (!value(*type, inner, depth + 1)) return false;
  out = Value::typed(std::move(*type), std::move(inner));
  return true;
}

bool Reader::value(const Type& type, Value& out, int depth) {
  if (depth > deepest)
    return fail("the value is nested more than " + std::to_string(deepest) + " levels deep");
  unsigned tag = 0;
  if (!byte(tag)) return false;
  if (tag == 0xc0) return out = Value::null(), true;
  if (is_extension(tag)) return unknown(tag, type.kind() != Type::Kind::dynamic, out);
  switch (type.kind()) {
    case Type::Kind::boolean:
      if (tag != 0xc2 && tag != 0xc3) return fail("a bool is required");
      return out = Value::boolean(tag == 0xc3), true;
    case Type::Kind::number: {
      Number number;
      return this->number(tag, number) && (out = Value::number(std::move(number)), true);
    }
    case Type::Kind::string: {
      std::string_view text;
      return this->text(tag, text) && (out = Value::string(std::string(text)), true);
    }
    case Type::Kind::list:
    case Type::Kind::set:
    case Type::Kind::tuple: {
      std::size_t n = 0;
      if (!array(tag, n)) return false;
      bool tuple = type.kind() == Type::Kind::tuple;
      if (tuple && n != type.elements().size())
        return fail("a tuple of " + std::to_string(type.elements().size()) + " is required");
      Value::Items items(n);
      for (std::size_t i = 0; i < n; ++i) {
        if (!value(tuple ? type.elements()[i] : type.element(), items[i], depth + 1)) return false;
      }
      out = tuple                             ? Value::tuple(std::move(items))
            : type.kind() == Type::Kind::list ? Value::list(std::move(items))
                                              : Value::set(std::move(items));
      return true;
    }
    case Type::Kind::map: {
      std::size_t n = 0;
      if (!map(tag, n)) return false;
      Value::Members members(n);
      for (auto& member : members) {
        std::string_view name;
        unsigned t = 0;
        if (!byte(t) || !text(t, name)) return false;
        member.name = normalized(std::string(name));
        if (!value(type.element(), member.value, depth + 1)) return false;
      }
      out = Value::map(std::move(members));
      return true;
    }
    case Type::Kind::object:
      return object(tag, type, out, depth);
    case Type::Kind::dynamic:
      return dynamic(tag, out, depth);
  }
  return fail("unreadable");
}

}  // namespace

void append_msgpack(const Value& value, std::string& out) {
  write(out, value, true);
}

std::string to_msgpack(const Value& value) {
  std::string out;
  append_msgpack(value, out);
  return out;
}

Result<Value> from_msgpack(std::string_view bytes, const Type& type) {
  Reader reader(bytes);
  Value out;
  if (!reader.value(type, out, 0)) return give_up(reader.problem());
  if (!reader.at_end()) return give_up("there are bytes after the value");
  return out;
}

}  // namespace microstack::terraform
