#pragma once

#include <cstddef>

/// Names of the NWB profile (docs/file-format.md) that the writer and the reader share.
namespace myocramp::io::nwb {

inline constexpr char kVersion[] = "2.7.0";
inline constexpr char kProfile[] = "1.0";
inline constexpr char kNone[] = "n/a";                                    // a text that is not known
inline constexpr char kUnknownPlace[] = "unknown";                        // a muscle that is not known, where NWB wants a location
inline constexpr char kUnknownStart[] = "1980-01-01T00:00:00.000+00:00";  // a session without a date
inline constexpr char kNoDescription[] = "EMG recording";                 // a session without a description
inline constexpr char kUnknownSubject[] = "unknown";
inline constexpr char kUnknownSpecies[] = "http://purl.obolibrary.org/obo/NCBITaxon_32644";  // NCBI's "unidentified"
inline constexpr char kUnknownSex[] = "U";
inline constexpr char kUnknownAge[] = "P0D/";  // that old or older
inline constexpr char kGapReason[] = "gap";    // of rows of invalid_times that stand for Signal::gaps

inline constexpr std::size_t kMaxProvenance = std::size_t{1} << 20U;  // bytes

inline constexpr char kCramps[] = "cramp_episodes";
inline constexpr char kAnnotatedSpans[] = "annotated_spans";
inline constexpr char kInvalidTimes[] = "invalid_times";
inline constexpr char kStimTrains[] = "stim_trains";
inline constexpr char kProtocol[] = "protocol";
inline constexpr char kCovariates[] = "session_covariates";
inline constexpr char kModule[] = "myocramp";  // of /processing
inline constexpr char kTrueEvents[] = "simulated_events";
inline constexpr char kTrueContaminants[] = "simulated_contaminants";
inline constexpr char kUnits[] = "units";

}  // namespace myocramp::io::nwb
