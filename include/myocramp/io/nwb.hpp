#pragma once

#include <string>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/signal/episode.hpp"
#include "myocramp/signal/feature_table.hpp"
#include "myocramp/signal/recording.hpp"

namespace myocramp::io {

/// Where a file's content comes from: its identifier follows from it, and it is kept as provenance. All may be empty.
struct NwbOptions {
  std::string source_name{};    ///< the file that was converted; empty: the name in Recording::path
  std::string source_sha256{};  ///< of that file, 64 hex digits
  std::string source_layout{};  ///< empty: Recording::layout
  std::string configuration{};  ///< what else decided the content, such as a configuration as JSON or a scenario and its seed
};

/// Writes a recording as NWB 2.7 in the profile of docs/file-format.md: the stored numbers of every signal unchanged, with what is known.
///
/// Samples are read in blocks, so memory does not grow with the recording; integers are read twice, once to find the narrowest type that
/// holds them all. Equal input gives equal bytes, wherever the file stands. The file appears by rename, whole or not at all.
/// Throws: OutputError E-WRITE; InvalidArgument for what NWB cannot hold: E-CHANNELS (no signal, or one without channels), E-TEXT (no
/// UTF-8, or a NUL in it), E-TIME (a session's start or an interval without a time), E-LENGTH (channels and their steps differ in number),
/// E-SCALE (a step that is 0 or not finite); DataError E-COUNT for a stored number that no integer of 4 bytes holds; and what the
/// recording's source throws.
void write_nwb(const std::string& path, const Recording& recording, const NwbOptions& options = {});

/// Adds labels to /intervals/cramp_episodes of an NWB file, ours or another's; the table is made when it is missing.
///
/// Rows that are there are kept; an identical row is not added twice; all are sorted by start. Every other object keeps its bytes, its
/// place in the file and its object_id. The file is replaced by rename, whole or not at all. One caller at a time.
/// Throws: DataError E-COLUMN when the table has columns that are not known, E-PATH when the file is no NWB file, E-LINK, E-STORAGE, E-FILTER
/// and E-SIZE when a part of the table is not a plain dataset inside the file, and what open() throws for damage; InvalidArgument E-TEXT, E-TIME; OutputError E-WRITE. Nothing is changed then.
void append_labels(const std::string& path, const std::vector<Event>& labels);

/// What was derived from one signal.
struct DerivedSignal {
  std::string name;                   ///< of the signal
  std::vector<std::string> channels;  ///< columns of rms_v and of the features
  double first_s = 0;                 ///< time of the first frame's centre on the recording's clock
  double rate_hz = 0;                 ///< frames per second
  double window_s = 0;                ///< length of the RMS window
  Samples<float> rms_v{};             ///< (frame, channel), volts; without rows: not written
  FeatureTable spectral{};            ///< one row per window; without rows: not written
  double spectral_window_s = 0;
};

/// The results of an analysis that go into /processing/myocramp.
struct Derived {
  std::vector<DerivedSignal> signals;
  std::vector<Episode> detections;
};

/// Writes the results of an analysis as an NWB file of their own, with the session and subject of `recording` and without its samples.
/// Throws: OutputError E-WRITE; InvalidArgument E-TEXT, E-TIME, E-RATE, E-LENGTH.
void write_derived(const std::string& path, const Recording& recording, const Derived& derived, const NwbOptions& options = {});

/// Adds the results of an analysis to an NWB file that has none; every other object keeps its bytes, its place and its object_id.
/// Throws: DataError E-PATH when the file is no NWB file or has /processing/myocramp already; and what write_derived() throws.
void append_derived(const std::string& path, const Derived& derived);

}  // namespace myocramp::io
