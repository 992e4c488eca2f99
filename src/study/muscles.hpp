#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace myocramp {

/// Names of skeletal muscles that cramp or are recorded with those that do: plain anatomical names in snake_case.
///
/// Our choice from Terminologia Anatomica 2019 (FIPAT), without "musculus", heads as gastrocnemius_medialis.
const std::vector<std::string_view>& muscle_names();

/// A name in snake_case: lower case, blanks and hyphens as underscores.
std::string plain_name(std::string_view name);

/// Whether a name is one of muscle_names(), in any case, with blanks or hyphens for underscores.
bool is_muscle_name(std::string_view name);

/// The name that is nearest by single letters changed (Levenshtein 1966), words in any order; empty when none is near.
std::string nearest_muscle_name(std::string_view name);

}  // namespace myocramp
