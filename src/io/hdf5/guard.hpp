#pragma once

#include <H5Cpp.h>

#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "myocramp/core/error.hpp"

namespace myocramp::io::hdf5 {

/// The one lock round every HDF5 call of the process: libhdf5 may be built without thread safety, its C++ part always is.
std::recursive_mutex& hdf5_mutex();

/// While it lives, this thread owns HDF5: the lock is held, nothing is printed to stderr (a setting per thread), and no filter plugin is
/// loaded (a setting per process). Both settings are put back for others who use HDF5 in this process.
class Guard {
 public:
  Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard();

 private:
  std::unique_lock<std::recursive_mutex> lock_;
  H5E_auto2_t printer_ = nullptr;
  void* printer_data_ = nullptr;
  bool printer_known_ = false;
  unsigned plugins_ = 0;
  bool plugins_known_ = false;
};

/// Owns one HDF5 identifier of any kind; closed under the lock. Copies do not exist, moves leave an empty one.
class Id {
 public:
  Id() = default;
  explicit Id(hid_t id) noexcept : id_(id) {}
  Id(Id&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Id& operator=(Id&& other) noexcept {
    std::swap(id_, other.id_);
    other.close();
    return *this;
  }
  ~Id() { close(); }

  [[nodiscard]] hid_t get() const noexcept { return id_; }
  void close() noexcept;
  /// Gives the identifier away, for the calls that must see whether closing worked.
  [[nodiscard]] hid_t release() noexcept { return std::exchange(id_, H5I_INVALID_HID); }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

/// The most specific reason on the error stack of this thread, escaped for messages. It must be asked for before anything is closed.
std::string innermost_reason();

/// A C call that returned a negative value. guarded() turns it into a DataError; it does not leave this folder.
class CallFailed : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// `result` of a C call, or CallFailed when it is negative.
template <class R>
R checked(R result) {
  if (result < 0) throw CallFailed(innermost_reason());
  return result;
}

/// The same for calls that return a new identifier.
inline Id owned(hid_t id) { return Id(checked(id)); }

/// Runs `f` under the Guard and returns its result.
///
/// Throws: DataError E-CORRUPT with `file`, `place` and the innermost reason when a C call fails or H5Cpp throws; H5::Exception
/// is not a std::exception and would end the program where nobody expects it.
template <class F>
auto guarded(const std::string& file, const std::string& place, F&& f) {
  const Guard guard;
  try {
    return std::forward<F>(f)();
  } catch (const CallFailed& e) {
    throw DataError({"E-CORRUPT", file, place, "readable HDF5 data", e.what()});
  } catch (const H5::Exception& e) {
    throw DataError({"E-CORRUPT", file, place, "readable HDF5 data", printable(e.getFuncName() + ": " + e.getDetailMsg())});
  }
}

}  // namespace myocramp::io::hdf5
