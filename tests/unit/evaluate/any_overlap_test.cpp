#include "myocramp/evaluate/any_overlap.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "myocramp/core/error.hpp"

namespace myocramp {
namespace {

using Spans = std::vector<Span>;

EventCounts szcore(const Spans& reference, const Spans& found, double duration_s = 3600) {
  return any_overlap(reference, found, duration_s, szcore_overlap());
}

TEST(AnyOverlap, FindsWithinTheTolerances) {
  EXPECT_EQ(szcore({{100, 110}}, {{60, 69.9}}).true_positives, 0);
  EXPECT_EQ(szcore({{100, 110}}, {{60, 70.1}}).true_positives, 1);
  EXPECT_EQ(szcore({{100, 110}}, {{169.9, 180}}).true_positives, 1);
  EXPECT_EQ(szcore({{100, 110}}, {{170, 180}}).true_positives, 0);
}

TEST(AnyOverlap, MergesWhatLiesCloseAndCutsWhatIsLong) {
  const EventCounts merged = szcore({{100, 110}, {199.9, 220}}, {{100, 101}, {191, 192}});
  EXPECT_EQ(merged.n_reference, 1);
  EXPECT_EQ(merged.n_found, 2);
  EXPECT_EQ(szcore({{100, 110}, {200, 220}}, {}).n_reference, 2);
  EXPECT_EQ(szcore({{0, 300}}, {}).n_reference, 1);
  EXPECT_EQ(szcore({{0, 300.1}}, {}).n_reference, 2);
  EXPECT_EQ(szcore({{0, 1000}}, {{0, 1000}}).true_positives, 4);
}

TEST(AnyOverlap, AFalsePositiveMeetsNoWidenedEvent) {
  const EventCounts c = szcore({{1000, 1010}}, {{500, 510}, {1005, 1006}, {3000, 3010}});
  EXPECT_EQ(c.true_positives, 1);
  EXPECT_EQ(c.false_positives, 2);
}

TEST(AnyOverlap, KnowsOnlyTheRecording) {
  EXPECT_EQ(szcore({{-50, 5}}, {{3, 4}}, 100).true_positives, 1);
  EXPECT_EQ(szcore({{200, 300}}, {{0, 1}}, 100).n_reference, 0);
  EXPECT_THROW(szcore({}, {}, 1e300), DataError);
}

TEST(CompareSamples, CountsTheNearestSamples) {
  const Spans whole = {{0, 10}};
  const SampleCounts c = compare_samples(Spans{{1.4, 3.6}}, Spans{{2.6, 5.5}}, whole, 10, 1);  // samples 1 to 3, and 3 to 5: halves to even
  EXPECT_EQ(c.both, 1);
  EXPECT_EQ(c.reference_only, 2);
  EXPECT_EQ(c.found_only, 2);
  EXPECT_EQ(c.neither, 5);
}

TEST(CompareSamples, LeavesOutWhatIsNotScored) {
  const SampleCounts c = compare_samples(Spans{{0, 4}}, Spans{{2, 6}}, {{1, 3}, {5, 8}}, 10, 10);
  EXPECT_EQ(c.both, 10);
  EXPECT_EQ(c.reference_only, 10);
  EXPECT_EQ(c.found_only, 10);
  EXPECT_EQ(c.neither, 20);
}

}  // namespace
}  // namespace myocramp
