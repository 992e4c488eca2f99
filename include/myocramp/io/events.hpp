#pragma once

#include <limits>
#include <string>
#include <vector>

#include "myocramp/signal/event.hpp"

namespace myocramp::io {

/// The nine columns of an event table, in order.
const std::vector<std::string>& event_columns();

/// Reads a BIDS-style events table: tab-separated, a header row with at least onset and duration, "n/a" for missing.
///
/// Columns are found by name, so further ones are allowed and ignored. `bckg` rows are left out. Rows come back sorted by onset.
/// Throws: IoError E-MISSING, DataError E-EVENTS naming file, line and column, also for a row of unknown length.
std::vector<Event> read_events(const std::string& path);

/// An event table as it stands in its file.
struct EventTable {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  std::vector<Event> rows;            ///< in the order of the file, without `bckg` rows
  double background_start_s = kNone;  ///< onset of the first `bckg` row; NaN: none
  double background_end_s = kNone;    ///< end of the last: how far the rater looked
  double background_s = kNone;        ///< from that onset to that end; of one row its duration, to the bit
  std::vector<std::string> notes;     ///< what became of rows of unknown length, each with the file's name
};

/// Reads an event table without sorting it. `format_events(rows, background_end_s)` writes a table without events back as it was.
///
/// BIDS allows a duration of "n/a", which is not known: such a label becomes an instant, such a row of a phase or of background is passed over,
/// and each is noted. Throws: as read_events().
EventTable read_event_table(const std::string& path);

/// Sorts rows by onset, then channels, as every table that is written.
void sort_events(std::vector<Event>& events);

/// Rows whose trial_type is `phase:<name>` become the protocol, the rest stay events.
struct EventsAndPhases {
  std::vector<Event> events;
  std::vector<Phase> phases;
};
EventsAndPhases split_phases(const std::vector<Event>& events);

/// Channel names as one cell, joined by |, which is escaped inside a name.
std::string channels_cell(const std::vector<std::string>& names);

/// The table as text: header and one row per event; without events one bckg row of duration_s from start_s on.
std::string format_events(const std::vector<Event>& events, double duration_s, double start_s = 0);

}  // namespace myocramp::io
