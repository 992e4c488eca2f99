#pragma once

#include <string>
#include <utility>
#include <vector>

#include "myocramp/io/nwb.hpp"
#include "myocramp/study/analyse.hpp"

namespace myocramp {

/// The columns of episodes.tsv, in order: the nine of an event table, then the measures (docs/file-format.md).
const std::vector<std::string>& episode_columns();

/// One episode as cells in the order of episode_columns(); `number` counts from 1 in its recording.
std::vector<std::string> episode_cells(const Episode& episode, int number);

/// Whole tables of one recording, rows in the order given. Without episodes episodes_tsv() holds one bckg row over the recording.
///
/// `numbers`: what each episode is called, from 1; as many as episodes.
std::string episodes_tsv(const std::vector<Episode>& episodes, const std::vector<int>& numbers, double start_s, double duration_s);
std::string episodes_tsv(const Analysis& analysis);
std::string rejected_tsv(const std::vector<Rejected>& rejected);

/// Quality of every signal, artefacts that were found, and the signal-to-noise ratio of every episode, as JSON (docs/file-format.md).
std::string quality_json(const Analysis& analysis);

/// Whether the frequencies of an episode were refused: it has windows, and noise is too strong in them (cramp.spectral_snr_db).
bool spectra_refused(const Episode& episode);

/// What derived.nwb holds: RMS envelopes, spectral features and episodes. The features move out of `analysis`.
io::Derived derived_of(Analysis&& analysis);

/// What summary.tsv says of one recording, as (column, cell) in order, without recording, subject, session, status and error.
std::vector<std::pair<std::string, std::string>> summary_cells(const Analysis& analysis);

}  // namespace myocramp
