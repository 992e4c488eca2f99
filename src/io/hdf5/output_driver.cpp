#include "io/hdf5/output_driver.hpp"

#if __has_include(<H5FDdevelop.h>)
#include <H5FDdevelop.h>  // where HDF5 1.14 keeps what a driver is made of
#endif

#include <algorithm>
#include <cerrno>
#include <new>

#include "io/hdf5/guard.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr haddr_t kMaxAddress = (haddr_t{1} << 62U);

/// An open file as libhdf5 sees it: its own part must come first.
struct OutputHandle {
  H5FD_t base;
  OutputStore* store;
  haddr_t end_of_allocation;
};

/// What an access list carries; libhdf5 copies it byte by byte.
struct OutputInfo {
  OutputStore* store;
};

OutputHandle& handle(H5FD_t* file) { return *reinterpret_cast<OutputHandle*>(file); }
const OutputHandle& handle(const H5FD_t* file) { return *reinterpret_cast<const OutputHandle*>(file); }

// Called from C, where no exception may pass: the only one possible is that memory runs out.
template <class F>
herr_t without_exceptions(F f) noexcept try {
  f();
  return 0;
} catch (...) {
  return -1;
}

H5FD_t* open_output(const char*, unsigned, hid_t access, haddr_t) noexcept {
  const auto* info = static_cast<const OutputInfo*>(H5Pget_driver_info(access));
  if (info == nullptr) return nullptr;
  auto* file = new (std::nothrow) OutputHandle{};
  if (file == nullptr) return nullptr;
  file->store = info->store;
  return &file->base;
}

herr_t close_output(H5FD_t* file) noexcept {
  delete &handle(file);
  return 0;
}

herr_t query_output(const H5FD_t*, unsigned long* flags) noexcept {
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

haddr_t end_of_allocation(const H5FD_t* file, H5FD_mem_t) noexcept { return handle(file).end_of_allocation; }

herr_t set_end_of_allocation(H5FD_t* file, H5FD_mem_t, haddr_t address) noexcept {
  handle(file).end_of_allocation = address;
  return 0;
}

haddr_t end_of_file(const H5FD_t* file, H5FD_mem_t) noexcept { return handle(file).store->size(); }

herr_t read_output(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t at, size_t size, void* out) noexcept {
  return without_exceptions([&] { handle(file).store->read(at, out, size); });
}

herr_t write_output(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t at, size_t size, const void* data) noexcept {
  return without_exceptions([&] { handle(file).store->write(at, data, size); });
}

herr_t truncate_output(H5FD_t* file, hid_t, hbool_t) noexcept {
  return without_exceptions([&] { handle(file).store->resize(handle(file).end_of_allocation); });
}

H5FD_class_t output_class() {
  H5FD_class_t driver{};  // by name, because 1.14 has more members and in another order
#ifdef H5FD_CLASS_VERSION
  driver.version = H5FD_CLASS_VERSION;
  driver.value = static_cast<H5FD_class_value_t>(512);  // the first of those for private use
#endif
  driver.name = "myocramp_output";
  driver.maxaddr = kMaxAddress;
  driver.fc_degree = H5F_CLOSE_STRONG;
  driver.fapl_size = sizeof(OutputInfo);
  driver.open = &open_output;
  driver.close = &close_output;
  driver.query = &query_output;
  driver.get_eoa = &end_of_allocation;
  driver.set_eoa = &set_end_of_allocation;
  driver.get_eof = &end_of_file;
  driver.read = &read_output;
  driver.write = &write_output;
  driver.truncate = &truncate_output;
  std::fill(std::begin(driver.fl_map), std::end(driver.fl_map), H5FD_MEM_DEFAULT);
  return driver;
}

}  // namespace

void OutputStore::read(std::uint64_t at, void* out, std::size_t size) {
  const int error = file_.read_at(at, out, size);
  if (error_ == 0) error_ = error;
  for (const Kept& k : kept_) {
    const std::uint64_t begin = std::max(at, k.at);
    const std::uint64_t end = std::min(at + size, k.at + k.bytes.size());
    if (begin < end) std::copy_n(k.bytes.data() + (begin - k.at), end - begin, static_cast<char*>(out) + (begin - at));
  }
}

void OutputStore::write(std::uint64_t at, const void* data, std::size_t size) {
  size_ = std::max(size_, at + size);
  if (error_ == 0) error_ = file_.write_at(at, data, size);
  if (error_ != 0) kept_.push_back({at, std::string(static_cast<const char*>(data), size)});
}

void OutputStore::resize(std::uint64_t size) {
  if (size == size_ && size == file_.size()) return;
  size_ = size;
  if (error_ == 0) error_ = file_.resize(size);
}

void use_output_store(hid_t access, OutputStore& store) {
  static hid_t driver = H5I_INVALID_HID;  // under the lock; once for the process, anew after somebody's H5close()
  if (driver < 0 || H5Iget_type(driver) != H5I_VFL) {
    static const H5FD_class_t description = output_class();
    driver = checked(H5FDregister(&description));
  }
  const OutputInfo info{&store};
  checked(H5Pset_driver(access, driver, &info));
}

}  // namespace myocramp::io::hdf5
