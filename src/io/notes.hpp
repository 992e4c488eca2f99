#pragma once

#include <string_view>

namespace myocramp::io {

// How notes begin or end that `validate` turns into findings of their own. A reader that writes such a note uses these, and nothing else does.

/// Begins every note about a stored table, or a row of one, that cannot be read and is passed over.
inline constexpr std::string_view kBadTable = "E-TABLE: ";
/// Begins every note about a stored table whose rows are not sorted by start; they are sorted when they are read.
inline constexpr std::string_view kUnsortedTable = "E-ORDER: ";
/// Begins a note of either kind that a file keeps about the file it was made from: nothing is wrong with this one.
inline constexpr std::string_view kOfTheSource = "of the source: ";
/// Ends every note about something that a table beside a recording says otherwise than the file.
inline constexpr std::string_view kTableIsUsed = ": the table is used";
/// Ends the text before the counts of a note about rows of a table outside the recording.
inline constexpr std::string_view kRowsOutside = " rows reach outside the recording";

}  // namespace myocramp::io
