#include "common/workload/run_spec_fields.h"

#include <gtest/gtest.h>
#include <boost/pfr/tuple_size.hpp>

#include <set>
#include <string>
#include <variant>

namespace specctl {
namespace {

// The members and names that the table of a spec has.
struct Collector {
  std::set<const void*> members;
  std::set<std::string> names;
  size_t visits = 0;
  size_t alternatives = 0;  // names of variants beyond one each

  template <class T>
  void operator()(const SpecField& field, const T& member) {
    members.insert(&member);
    names.insert(std::string(field.stored));
    ++visits;
  }
  template <class Members>
  void Group(std::string_view, const Members& visit_members) {
    visit_members();
  }
  template <class Variant, class... Fields>
  void OneOf(const Variant& variant, const Fields&... fields) {
    static_assert(sizeof...(Fields) == std::variant_size_v<Variant>);
    members.insert(&variant);
    (names.insert(std::string(fields.stored)), ...);
    ++visits;
    alternatives += sizeof...(Fields) - 1;
  }
};

template <class Spec>
size_t MembersInTable() {
  const Spec spec;
  Collector collector;
  VisitFields(spec, collector);
  EXPECT_EQ(collector.members.size(), collector.visits) << "a member is there twice";
  EXPECT_EQ(collector.names.size(), collector.visits + collector.alternatives)
      << "a name is there twice";
  return collector.visits;
}

// Fails where run_spec.h has a member that the table lacks.
TEST(RunSpecFieldsTest, EveryMemberIsInTheTable) {
  using boost::pfr::tuple_size_v;
  EXPECT_EQ(MembersInTable<OpenLoop>(), tuple_size_v<OpenLoop>);
  EXPECT_EQ(MembersInTable<LoadSpec>(), tuple_size_v<LoadSpec>);
  EXPECT_EQ(MembersInTable<RequestSpec>(), tuple_size_v<RequestSpec>);
  EXPECT_EQ(MembersInTable<DatasetIdentity>(), tuple_size_v<DatasetIdentity>);
  EXPECT_EQ(MembersInTable<TargetSpec>(), tuple_size_v<TargetSpec>);
  // These are stored member by member, but for tls.ca_pem, which is not stored.
  EXPECT_EQ(MembersInTable<RunSpec>(), tuple_size_v<RunSpec> - 3 + tuple_size_v<TimeoutSpec> +
                                           tuple_size_v<TlsSpec> - 1 + tuple_size_v<SharedPrefix>);
}

}  // namespace
}  // namespace specctl
