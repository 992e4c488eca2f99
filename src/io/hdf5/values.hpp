#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5/file.hpp"

namespace myocramp::io::hdf5 {

/// A small value of a file: numbers, or texts as they stand there (escape them before they are shown).
struct Value {
  std::string file;
  std::string place;  ///< printable: "/path" or "/path@attribute"
  bool is_text = false;
  std::vector<double> numbers;
  std::vector<std::string> texts;

  [[nodiscard]] std::size_t size() const noexcept { return is_text ? texts.size() : numbers.size(); }
  /// What it is, for messages: "2000", "'mV'", "3 numbers".
  [[nodiscard]] std::string shown() const;
};

/// Reads "/path@attribute" (cut at the last @) or "/path": numbers, texts of fixed or variable length, MATLAB's char arrays (one text)
/// and its cells of them. At most 65536 numbers, 4096 texts and 1 MiB of text.
///
/// Throws: DataError E-PATH (missing), E-LINK, E-DTYPE (neither numbers nor texts), E-SIZE, E-STORAGE, E-FILTER, E-CORRUPT.
Value read_value(const File& file, const std::string& place);

/// The same of an object that is open, whose own value (a dataset) or attribute is wanted.
Value read_dataset_value(const File& file, const Object& dataset);
Value read_attribute_value(const Object& object, const std::string& attribute);

/// Every dimension of a dataset, as many as 32; none for a scalar. Throws: DataError E-STORAGE, E-CORRUPT.
std::vector<std::uint64_t> shape_of(const Object& dataset);

/// "(8, 175518)"
std::string shape_text(const std::vector<std::uint64_t>& shape);

/// 1 / interval. An interval is a product of clock ticks, rounded: a rate within 1e-12 of a whole number is that number.
double rate_of_interval(double seconds);

}  // namespace myocramp::io::hdf5
