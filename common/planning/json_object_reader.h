// JsonObjectReader: members of a JSON object, with the place of whatever is wrong with them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <simdjson.h>

namespace specctl {

// A JSON object and what its values lie in.  Numbers read back as they were written, to the last
// bit.  It moves; readers of it don't outlive it.
class JsonDocument {
 public:
  // INVALID_ARGUMENT "<path>: ...": `text` is no JSON, or no object.
  static absl::StatusOr<JsonDocument> Parse(const std::string& path, std::string_view text);

  simdjson::dom::object root() const { return root_; }

 private:
  std::unique_ptr<simdjson::dom::parser> parser_;  // values point into it: it stays in its place
  simdjson::dom::object root_;
};

// The first error of a document; what is read after it does not matter any more.
class JsonErrors {
 public:
  explicit JsonErrors(std::string path) : path_(std::move(path)) {}

  // "sweep.json: points[3].bs: need a number above 0"
  void Add(std::string_view place, std::string_view what);
  const absl::Status& status() const { return status_; }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  absl::Status status_;
};

// Absent members read as empty; those of another type are errors, and read as empty, too.  Members
// that nobody asks for are passed over: later versions may add some.
class JsonObjectReader {
 public:
  // `errors`, and the document of `object`, must outlive it.  `place`: empty at the top.
  JsonObjectReader(simdjson::dom::object object, std::string place, JsonErrors& errors)
      : object_(object), place_(std::move(place)), errors_(errors) {}

  std::string Text(std::string_view key) const;
  std::string NeedText(std::string_view key) const;  // an error where it is absent or empty
  std::optional<double> Number(std::string_view key) const;
  double NeedNumber(std::string_view key) const;
  std::optional<uint64_t> Count(std::string_view key) const;  // whole, not below 0
  std::optional<int64_t> Integer(std::string_view key) const;
  std::optional<uint32_t> Count32(std::string_view key) const;
  std::optional<bool> Flag(std::string_view key) const;
  std::vector<std::string> Texts(std::string_view key) const;
  std::vector<double> Numbers(std::string_view key) const;

  bool Has(std::string_view key) const { return Find(key).has_value(); }
  using EachObject = std::function<void(const JsonObjectReader& object)>;
  using EachMember = std::function<void(std::string_view key, const JsonObjectReader& object)>;
  void ForObject(std::string_view key, const EachObject& read) const;   // the object of that key
  void ForObjects(std::string_view key, const EachObject& read) const;  // an array of objects
  void ForMembers(const EachMember& read) const;  // every member, all of which are objects

  void Fail(std::string_view key, std::string_view what) const;
  const std::string& place() const { return place_; }

 private:
  // nullopt: absent, or null.
  std::optional<simdjson::dom::element> Find(std::string_view key) const;
  std::string PlaceOf(std::string_view key) const;

  const simdjson::dom::object object_;
  const std::string place_;
  JsonErrors& errors_;
};

}  // namespace specctl
