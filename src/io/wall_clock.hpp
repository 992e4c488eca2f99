#pragma once

#include <string>
#include <string_view>

namespace myocramp::io {

/// "2017-1-23" and "10:28:51.69" as ISO 8601 in UTC with milliseconds: "2017-01-23T10:28:51.690+00:00".
///
/// Microseconds are kept when there are any ("51.690001"); digits beyond them are cut off. Empty when the two are no date and time of day.
std::string utc_timestamp(std::string_view date, std::string_view time);

/// An instant in seconds since 1970 as ISO 8601 in UTC with milliseconds; empty beyond the years 1 to 9999.
std::string utc_timestamp(long long seconds_since_epoch);

/// "2024-01-02T03:04:05.678901+01:00", also with a space for the T, without a fraction, with Z or +0100, as ISO 8601 with milliseconds or microseconds and an
/// offset of the form +01:00.
///
/// Digits beyond microseconds are cut off. Without an offset it is taken as UTC, and `has_zone` becomes false. Empty when it is none.
std::string iso_timestamp(std::string_view text, bool& has_zone);

/// Whether two texts that iso_timestamp() reads are the same instant, whatever their offsets and digits; false when one is none.
bool is_same_instant(std::string_view a, std::string_view b);

}  // namespace myocramp::io
