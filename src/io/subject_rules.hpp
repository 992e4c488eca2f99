#pragma once

#include <string_view>

namespace myocramp::io {

/// What NWB's inspector asks of a text of the subject: "F, M, O or U" for a sex of "female"; "" when there is nothing to object to.
///
/// `field` is NWB's name: sex, age, weight or species; nothing is asked of others, nor of an empty text.
/// Source: the checks of nwbinspector 0.7, from best-practice violation on.
std::string_view subject_fault(std::string_view field, std::string_view text);

}  // namespace myocramp::io
