#include "common/engine/request_dialect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "common/engine/engine_profile.h"

namespace specctl {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kContinuous[] = R"({"include_usage":true,"continuous_usage_stats":true})";
constexpr char kUsage[] = R"({"include_usage":true})";

TEST(StreamFieldsTest, WhatEachEngineIsAskedFor) {
  const auto fields = [](const EngineProfile& profile) { return StreamFields(profile.requests); };
  EXPECT_THAT(fields(VllmProfile()), ElementsAre(RequestField{"stream_options", kContinuous}));
  EXPECT_THAT(fields(SglangProfile()),
              ElementsAre(RequestField{"stream_options", kContinuous},
                          RequestField{"return_spec_tokens_details", "true"}));
  EXPECT_THAT(fields(LlamaCppProfile()), ElementsAre(RequestField{"stream_options", kUsage},
                                                     RequestField{"timings_per_token", "true"}));
}

// It refuses a request with a field that it does not know.
TEST(StreamFieldsTest, TensorRtLlmIsAskedForNothingOfItsOwn) {
  EXPECT_THAT(StreamFields(TrtllmProfile().requests),
              ElementsAre(RequestField{"stream_options", kContinuous}));
}

TEST(StreamFieldsTest, TokenIdsStandInForContinuousUsage) {
  StreamRequests asked = VllmProfile().requests;
  asked.continuous_usage = false;
  EXPECT_THAT(StreamFields(asked), ElementsAre(RequestField{"stream_options", kUsage},
                                               RequestField{"return_token_ids", "true"}));
  asked = OpenAiProfile().requests;
  asked.usage = false;
  EXPECT_THAT(StreamFields(asked), IsEmpty());
}

TEST(StreamFieldsTest, IdsOfRepliesAreAskedForOnce) {
  for (const EngineProfile* profile : {&VllmProfile(), &SglangProfile(), &NimProfile()}) {
    StreamRequests asked = profile->requests;
    asked.reply_ids = true;
    EXPECT_THAT(StreamFields(asked), Contains(RequestField{"return_token_ids", "true"}))
        << profile->name;
    asked.continuous_usage = false;
    asked.flags = {};
    EXPECT_EQ(StreamFields(asked).size(), 2u) << profile->name;
  }
  StreamRequests asked = TrtllmProfile().requests;
  asked.reply_ids = true;
  EXPECT_THAT(StreamFields(asked), Contains(RequestField{"detokenize", "false"}));
  asked = OpenAiProfile().requests;
  asked.reply_ids = true;
  EXPECT_THAT(StreamFields(asked), ElementsAre(RequestField{"stream_options", kContinuous}));
}

TEST(RequestDialectTest, IsReadAsItWasWritten) {
  const RequestDialect dialect = {
      .stream_fields = {{"a \"b\"", R"({"x":[1,2.5,null]})"}, {"c", "true"}},
      .ignore_usage_on_chunks = true,
      .closes_after_stream = true};
  const std::string text = EncodeDialect(dialect);
  EXPECT_EQ(text,
            R"({"fields":{"a \"b\"":{"x":[1,2.5,null]},"c":true},"ignore_usage_on_chunks":true,)"
            R"("closes_after_stream":true})");
  const auto read = DecodeDialect(text);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, dialect);
  EXPECT_EQ(DecodeDialect(EncodeDialect({})).value(), RequestDialect());
  EXPECT_EQ(DecodeDialect("").value(), RequestDialect());
}

TEST(RequestDialectTest, WhatIsNoneIsRefused) {
  for (const char* text :
       {"x", "[]", "{}", R"({"fields":[]})", R"({"fields":{},"closes_after_stream":1})"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(DecodeDialect(text).status())) << text;
  }
}

}  // namespace
}  // namespace specctl
