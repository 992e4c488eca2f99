#pragma once

#include <string>
#include <string_view>

namespace myocramp::io {

/// "2017-1-23" and "10:28:51.69" as ISO 8601 in UTC with milliseconds: "2017-01-23T10:28:51.690+00:00".
///
/// Digits beyond milliseconds are cut off. Empty when the two are no date and time of day.
std::string utc_timestamp(std::string_view date, std::string_view time);

/// An instant in seconds since 1970 as ISO 8601 in UTC with milliseconds; empty beyond the years 1 to 9999.
std::string utc_timestamp(long long seconds_since_epoch);

}  // namespace myocramp::io
