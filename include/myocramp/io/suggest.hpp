#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "myocramp/core/sample_rate.hpp"

namespace myocramp::io {

/// A dataset that may hold samples.
struct SignalCandidate {
  std::string path;  ///< as in the file
  std::vector<Index> shape;
  std::string type;     ///< "int16", "float32"
  std::string storage;  ///< "contiguous", or "chunks of (1000, 8): shuffle, deflate"
  std::string axes;     ///< JSON of a generic layout: the longer dimension is taken as time
  Index samples = 0;    ///< along time
  Index channels = 1;   ///< across it
  double min = 0;       ///< of the numbers that were looked at; NaN when none is finite
  double max = 0;
  Index looked_at = 0;  ///< rows at the beginning, in the middle and at the end
};

/// A value beside the samples: its place as a generic layout names it, and what stands there.
struct ValueCandidate {
  std::string place;   ///< "/path@attribute" or "/path"
  std::string found;   ///< as read: "0.0005", "uV", "GM, GL"
  double rate_hz = 0;  ///< of candidates for a rate: the number, or one over it
};

/// What a file that no layout fits may hold, and a layout to complete.
struct LayoutSuggestion {
  std::vector<SignalCandidate> signals;  ///< most numbers first, constants last
  std::vector<ValueCandidate> rates;     ///< likeliest first, as the others
  std::vector<ValueCandidate> units;
  std::vector<ValueCandidate> scales;
  std::vector<ValueCandidate> channel_names;
  std::string draft;                  ///< a generic layout as JSON; null stands where a person must decide
  std::vector<std::string> to_check;  ///< what to fill in or to check, key first
  std::vector<std::string> notes;     ///< links not followed, objects not read, limits reached
};

/// Walks an HDF5 file of any kind and drafts a generic layout for it.
///
/// Follows hard links only, to a depth of 16 and up to 10000 objects, each once; reads a bounded part of every dataset that could hold
/// samples: numbers of one or two dimensions, at least 1000 of them. It walks the file, which nothing else here does: call it in a
/// process of its own. Throws: as open() for what is no HDF5 file.
LayoutSuggestion suggest_layout(const std::string& path);

}  // namespace myocramp::io
