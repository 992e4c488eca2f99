#include "io/wall_clock.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <system_error>

namespace myocramp::io {
namespace {

/// Three whole numbers of digits only, parted by `separator`.
std::optional<std::array<int, 3>> three_numbers(std::string_view text, char separator) {
  std::array<int, 3> values{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0 && (at == end || *at++ != separator)) return std::nullopt;
    if (at == end || *at == '-') return std::nullopt;
    const auto [next, error] = std::from_chars(at, end, values[i]);
    if (error != std::errc()) return std::nullopt;
    at = next;
  }
  return at == end ? std::optional(values) : std::nullopt;
}

/// The digits of a fraction of a second that are kept: "69" is "690", "6901239" is "690123"; three where the next three are 0.
std::optional<std::string> kept_fraction(std::string_view fraction) {
  if (fraction.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::string digits(fraction.substr(0, 6));
  digits.resize(6, '0');
  if (digits.ends_with("000")) digits.resize(3);
  return digits;
}

std::string padded(int value, std::size_t width) {
  const std::string digits = std::to_string(value);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

/// "+01:00" out of "Z", "+01", "+0100" and "+01:00"; nothing for another text.
std::optional<std::string> offset_of(std::string_view zone) {
  if (zone == "Z" || zone == "z") return "+00:00";
  if (zone.empty() || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  std::string digits;
  for (const char c : zone.substr(1)) {
    if (c != ':') digits += c;
  }
  if (digits.size() == 2) digits += "00";
  const bool numeric = digits.size() == 4 && digits.find_first_not_of("0123456789") == std::string::npos;
  if (!numeric || digits.substr(0, 2) > "23" || digits.substr(2) > "59") return std::nullopt;
  return zone[0] + digits.substr(0, 2) + ":" + digits.substr(2);
}

/// The instant of a text that iso_timestamp() reads.
std::optional<std::chrono::sys_time<std::chrono::microseconds>> instant_of(std::string_view text) {
  bool has_zone = false;
  const std::string stamp = iso_timestamp(text, has_zone);
  if (stamp.empty()) return std::nullopt;
  const auto number = [&stamp](std::size_t at, std::size_t digits) {
    int value = 0;
    std::from_chars(stamp.data() + at, stamp.data() + at + digits, value);
    return value;
  };
  using namespace std::chrono;
  constexpr std::size_t kFraction = 20;  // where it begins
  const std::size_t zone = stamp.size() - 6;
  const std::size_t digits = zone - kFraction;
  const sys_days day = year(number(0, 4)) / number(5, 2) / number(8, 2);
  const auto clock = hours(number(11, 2)) + minutes(number(14, 2)) + seconds(number(17, 2)) +
                     microseconds(number(kFraction, digits) * (digits == 3 ? 1000 : 1));
  const auto offset = hours(number(zone + 1, 2)) + minutes(number(zone + 4, 2));
  return day + clock - (stamp[zone] == '-' ? -offset : offset);
}

}  // namespace

std::string utc_timestamp(std::string_view date, std::string_view time) {
  const std::size_t point = time.find('.');
  const auto day = three_numbers(date, '-');
  const auto clock = three_numbers(time.substr(0, point), ':');
  const auto fraction = kept_fraction(point == std::string_view::npos ? "" : time.substr(point + 1));
  if (!day || !clock || !fraction) return "";
  const auto [year, month, mday] = *day;
  const auto [hour, minute, second] = *clock;
  using namespace std::chrono;
  const bool calendar = year >= 1 && year <= 9999 && month <= 12 && mday <= 31 &&
                        year_month_day(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                       std::chrono::day(static_cast<unsigned>(mday)))
                            .ok();
  if (!calendar || hour > 23 || minute > 59 || second > 59) return "";
  return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(mday, 2) + "T" + padded(hour, 2) + ":" + padded(minute, 2) + ":" +
         padded(second, 2) + "." + *fraction + "+00:00";
}

std::string utc_timestamp(long long seconds_since_epoch) {
  using namespace std::chrono;
  constexpr long long kFirst = -62'135'596'800;  // the year 1
  constexpr long long kLast = 253'402'300'799;   // the end of the year 9999
  if (seconds_since_epoch < kFirst || seconds_since_epoch > kLast) return "";
  const sys_seconds instant{seconds(seconds_since_epoch)};
  const auto midnight = floor<days>(instant);
  const year_month_day day(midnight);
  const hh_mm_ss clock(instant - midnight);
  const std::string date = padded(static_cast<int>(day.year()), 4) + "-" + std::to_string(static_cast<unsigned>(day.month())) + "-" +
                           std::to_string(static_cast<unsigned>(day.day()));
  return utc_timestamp(date, std::to_string(clock.hours().count()) + ":" + std::to_string(clock.minutes().count()) + ":" +
                                 std::to_string(clock.seconds().count()));
}

std::string iso_timestamp(std::string_view text, bool& has_zone) {
  const std::size_t date_end = 10;
  if (text.size() <= date_end || (text[date_end] != 'T' && text[date_end] != ' ')) return "";
  const std::string_view clock = text.substr(date_end + 1);
  const std::size_t zone_at = clock.find_first_of("+-Zz");
  has_zone = zone_at != std::string_view::npos;
  const auto offset = has_zone ? offset_of(clock.substr(zone_at)) : std::string("+00:00");
  std::string stamp = utc_timestamp(text.substr(0, date_end), clock.substr(0, zone_at));
  if (stamp.empty() || !offset) return "";
  stamp.replace(stamp.size() - 6, 6, *offset);
  return stamp;
}

bool is_same_instant(std::string_view a, std::string_view b) {
  const auto instant = instant_of(a);
  return instant && instant == instant_of(b);
}

}  // namespace myocramp::io
