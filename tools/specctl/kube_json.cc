#include "tools/specctl/kube_json.h"

namespace specctl::cli {

const boost::json::value* ValueAt(const boost::json::value& root, JsonPath path) {
  const boost::json::value* at = &root;
  for (const std::string_view key : path) {
    const boost::json::object* object = at->if_object();
    at = object == nullptr ? nullptr : object->if_contains(key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string TextAt(const boost::json::value& root, JsonPath path) {
  const boost::json::value* at = ValueAt(root, path);
  return at != nullptr && at->is_string() ? std::string(at->get_string()) : "";
}

}  // namespace specctl::cli
