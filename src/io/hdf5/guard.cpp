#include "io/hdf5/guard.hpp"

#include <array>
#include <cstring>

namespace myocramp::io::hdf5 {

std::recursive_mutex& hdf5_mutex() {
  static auto& mutex = *new std::recursive_mutex;  // never destroyed: a recording may outlive main()
  return mutex;
}

Guard::Guard() : lock_(hdf5_mutex()) {
  printer_known_ = H5Eget_auto2(H5E_DEFAULT, &printer_, &printer_data_) >= 0;
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  plugins_known_ = H5PLget_loading_state(&plugins_) >= 0;
  H5PLset_loading_state(0);
}

Guard::~Guard() {
  if (plugins_known_) H5PLset_loading_state(plugins_);
  if (printer_known_) H5Eset_auto2(H5E_DEFAULT, printer_, printer_data_);
}

void Id::close() noexcept {
  if (id_ < 0) return;
  const Guard guard;
  H5Idec_ref(std::exchange(id_, H5I_INVALID_HID));  // files are read only and memory needs no closing: nothing can be lost here
}

std::string innermost_reason() {
  constexpr std::size_t kSize = 400;
  std::array<char, kSize> reason{};  // filled from C code, where no exception may pass
  const auto take_first = [](unsigned, const H5E_error2_t* error, void* out) -> herr_t {
    if (error->desc != nullptr) std::strncpy(static_cast<char*>(out), error->desc, kSize - 1);
    return 1;  // upward: the innermost comes first
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, reason.data());
  return reason[0] == '\0' ? "an HDF5 failure without a reason" : printable(reason.data());
}

}  // namespace myocramp::io::hdf5
