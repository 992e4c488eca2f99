#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "myocramp/io/reader.hpp"
#include "myocramp/signal/recording.hpp"

namespace myocramp {

/// How much a finding matters: the file cannot be read; something in it contradicts itself or its meaning; something is missing or unusual.
enum class Severity { kCritical, kViolation, kSuggestion };

/// One thing to mend in a recording.
struct Finding {
  std::string code;  ///< V-..., or the E-... of the error that opening or reading ended with; docs/file-format.md lists them
  Severity severity = Severity::kSuggestion;
  std::string place;     ///< signal and channel, table, or HDF5 path
  std::string expected;  ///< what would have been right
  std::string found;     ///< what is there; with several rows their number and the first
};

/// The word for a Severity: critical, violation, suggestion.
std::string_view severity_text(Severity severity);

/// Whether a finding has to be mended: critical and violation, not suggestion.
bool counts(const Finding& finding);

/// The finding as text: "SEVERITY CODE: PLACE: expected X, found Y".
std::string to_text(const Finding& finding);

/// Holds a recording to what its numbers and tables mean: amplitudes, rates, labels, phases, trains, covariates, subject.
///
/// Samples are read once, in blocks of kGridBlock. One finding stands for all rows or channels that it concerns. Sorted by severity, then
/// in the order of the checks. A signal that cannot be read to its end is a critical finding with the reader's code. Never throws for what
/// the recording holds. Source: the limits are ours (docs/file-format.md).
std::vector<Finding> validate(const Recording& recording);

/// Opens a recording and validates it; when it cannot be opened, that is the one finding. Tables beside it are looked at too.
/// Throws: InvalidArgument for options that are wrong for any file.
std::vector<Finding> validate_file(const std::string& path, const io::OpenOptions& options = {});

}  // namespace myocramp
