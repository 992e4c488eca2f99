#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/error.hpp"

namespace myocramp {

/// Features over time: one row per window, one column per feature, and in each column one value per channel.
struct FeatureTable {
  struct Column {
    std::string name;        ///< with its unit as suffix: "mdf_hz"
    Samples<double> values;  ///< (rows, channels)
    std::string note = {};   ///< what belongs to its identity, such as its band, or why there is no answer; may be empty
  };

  std::vector<double> time_s;  ///< centre of each window on the recording's clock
  std::vector<std::string> channels;
  std::vector<Column> columns;

  [[nodiscard]] Index rows() const noexcept { return static_cast<Index>(time_s.size()); }

  /// Throws: InvalidArgument E-COLUMN naming the columns there are.
  [[nodiscard]] const Samples<double>& operator[](std::string_view name) const {
    std::string have;
    for (const Column& c : columns) {
      if (c.name == name) return c.values;
      have += have.empty() ? c.name : ", " + c.name;
    }
    throw InvalidArgument({"E-COLUMN", "", "feature table", "one of " + have, std::string(name)});
  }
};

}  // namespace myocramp
