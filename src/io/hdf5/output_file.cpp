#include "io/hdf5/output_file.hpp"

#include "io/hdf5/file.hpp"

namespace myocramp::io::hdf5 {
namespace {

/// The bytes and permissions of `from`, once it is known to be a file that HDF5 can open.
void copy_checked(platform::AtomicFile& to, const std::string& from) {
  {
    const File readable(from);
  }
  to.copy(from);
}

Id open_output(const std::string& path, OutputStore& store, bool edit) {
  const Id access = owned(H5Pcreate(H5P_FILE_ACCESS));
  use_output_store(access.get(), store);
  checked(H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG));
  checked(H5Pset_cache(access.get(), 0, 1, 0, 1.0));  // chunks are written past the cache
  if (edit) return owned(H5Fopen(path.c_str(), H5F_ACC_RDWR, access.get()));
  const Id creation = owned(H5Pcreate(H5P_FILE_CREATE));
  checked(H5Pset_obj_track_times(creation.get(), false));
  return owned(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()));
}

}  // namespace

OutputFile::OutputFile(const std::string& path, bool edit) : file_(path), store_((edit ? copy_checked(file_, path) : void(), file_)) {
  id_ = call("", [&] { return open_output(path, store_, edit); });
}

void OutputFile::stop_after_error() const {
  if (store_.error() != 0) file_.fail("a complete write", store_.error());
}

void OutputFile::commit() {
  call("", [&] { checked(H5Fclose(id_.release())); });
  stop_after_error();
  file_.commit();
}

}  // namespace myocramp::io::hdf5
