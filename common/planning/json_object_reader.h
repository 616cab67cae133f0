// JsonObjectReader: members of a JSON object, with the place of whatever is wrong with them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace specctl {

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
  // `object` and `errors` must outlive it.  `place`: of the object, empty at the top.
  JsonObjectReader(const boost::json::object& object, std::string place, JsonErrors& errors)
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

  bool Has(std::string_view key) const { return Find(key) != nullptr; }
  using EachObject = std::function<void(const JsonObjectReader& object)>;
  using EachMember = std::function<void(std::string_view key, const JsonObjectReader& object)>;
  void ForObject(std::string_view key, const EachObject& read) const;   // the object of that key
  void ForObjects(std::string_view key, const EachObject& read) const;  // an array of objects
  void ForMembers(const EachMember& read) const;  // every member, all of which are objects

  void Fail(std::string_view key, std::string_view what) const;
  const std::string& place() const { return place_; }

 private:
  const boost::json::value* Find(std::string_view key) const;
  std::string PlaceOf(std::string_view key) const;

  const boost::json::object& object_;
  const std::string place_;
  JsonErrors& errors_;
};

// The object that `text` is.  INVALID_ARGUMENT "<path>: ...": it is no JSON, or no object.
absl::StatusOr<boost::json::value> ParseJsonObject(const std::string& path, std::string_view text);

}  // namespace specctl
