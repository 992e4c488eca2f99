#pragma once

#include <string>
#include <utility>

#include "io/hdf5/guard.hpp"
#include "io/hdf5/output_driver.hpp"
#include "platform/files.hpp"

namespace myocramp::io::hdf5 {

/// An HDF5 file that is written: in a temporary file beside its target, which commit() puts in its place. Without commit() nothing is left.
class OutputFile {
 public:
  /// An empty file, without times of day. Throws: OutputError E-WRITE.
  static OutputFile create(const std::string& path) { return OutputFile(path, false); }
  /// A copy of the file that is there, to be changed. Throws: OutputError E-WRITE; IoError, DataError as File does.
  static OutputFile edit(const std::string& path) { return OutputFile(path, true); }

  [[nodiscard]] const std::string& path() const noexcept { return file_.path(); }
  [[nodiscard]] hid_t id() const noexcept { return id_.get(); }

  /// Runs `f` under the Guard. Throws: OutputError E-WRITE for an earlier error of the disk and when a call in `f` fails.
  template <class F>
  auto call(const std::string& place, F&& f) {
    const Guard guard;
    stop_after_error();
    try {
      return std::forward<F>(f)();
    } catch (const CallFailed& e) {
      stop_after_error();
      throw OutputError({"E-WRITE", path(), place, "an HDF5 object that can be written", e.what()});
    }
  }

  /// Closes the HDF5 file, looks for errors, syncs and renames. Every id in the file must be closed before. Throws: OutputError E-WRITE.
  void commit();

 private:
  OutputFile(const std::string& path, bool edit);
  void stop_after_error() const;

  platform::AtomicFile file_;
  OutputStore store_;
  Id id_;
};

}  // namespace myocramp::io::hdf5
