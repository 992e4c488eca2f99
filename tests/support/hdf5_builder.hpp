#pragma once

#include <hdf5.h>

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace myocramp::test {

/// Builds HDF5 files as others might write them, good and bad, through the C library and nothing of ours.
class Hdf5Builder {
 public:
  explicit Hdf5Builder(const std::string& path, bool newest_format = false) : path_(path) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (newest_format) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    id_ = require(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access));
    H5Pclose(access);
  }
  Hdf5Builder(const Hdf5Builder&) = delete;
  Hdf5Builder& operator=(const Hdf5Builder&) = delete;
  ~Hdf5Builder() { close(); }

  /// Writes all to the disk; called before the file is read.
  std::string close() {
    if (id_ >= 0) H5Fclose(id_);
    id_ = -1;
    return path_;
  }
  [[nodiscard]] hid_t id() const noexcept { return id_; }

  void group(const std::string& path) { H5Gclose(require(H5Gcreate2(id_, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT))); }

  /// An attribute of `values`: of no dimension when `shape` is empty.
  template <class T>
  void attribute(const std::string& object, const std::string& name, hid_t type, const std::vector<T>& values,
                 const std::vector<hsize_t>& shape = {}) {
    const hid_t space = shape.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    put(object, name, type, space, values.empty() ? nullptr : values.data());
  }
  void null_attribute(const std::string& object, const std::string& name) {
    put(object, name, H5T_NATIVE_INT32, H5Screate(H5S_NULL), nullptr);
  }
  void integer(const std::string& object, const std::string& name, std::int32_t value) {
    attribute<std::int32_t>(object, name, H5T_NATIVE_INT32, {value});
  }
  void text(const std::string& object, const std::string& name, const std::string& value) {  // of fixed length
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, value.empty() ? 1 : value.size());
    put(object, name, type, H5Screate(H5S_SCALAR), value.c_str());
    H5Tclose(type);
  }
  void long_text(const std::string& object, const std::string& name, const std::string& value) {  // of variable length, UTF-8
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    const char* pointer = value.c_str();
    put(object, name, type, H5Screate(H5S_SCALAR), static_cast<const void*>(&pointer));
    H5Tclose(type);
  }

  /// A dataset with a creation list of the test's making. Without `data` nothing is written.
  void dataset(const std::string& path, hid_t type, const std::vector<hsize_t>& shape, hid_t list = H5P_DEFAULT,
               const void* data = nullptr) {
    const hid_t space = require(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
    const hid_t id = require(H5Dcreate2(id_, path.c_str(), type, space, H5P_DEFAULT, list, H5P_DEFAULT));
    if (data != nullptr) require(H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
    H5Dclose(id);
    H5Sclose(space);
  }
  template <class T>
  void samples(const std::string& path, hid_t type, const std::vector<T>& values, hid_t list = H5P_DEFAULT) {
    dataset(path, type, {values.size(), 1}, list, values.data());
  }

  /// A dataset of texts of variable length, UTF-8; a scalar when `shape` is empty.
  void texts(const std::string& path, const std::vector<std::string>& values, const std::vector<hsize_t>& shape, hid_t list = H5P_DEFAULT) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    std::vector<const char*> pointers;
    for (const std::string& value : values) pointers.push_back(value.c_str());
    if (shape.empty()) {
      scalar(path, type, pointers.data());
    } else {
      dataset(path, type, shape, list, pointers.data());
    }
    H5Tclose(type);
  }
  /// A dataset of texts of one length, padded with NULs, as MATLAB writes them.
  void fixed_texts(const std::string& path, const std::vector<std::string>& values, std::size_t width) {
    std::string bytes;
    for (const std::string& value : values) bytes += value + std::string(width - value.size(), '\0');
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, width);
    dataset(path, type, {values.size()}, H5P_DEFAULT, bytes.data());
    H5Tclose(type);
  }
  /// A dataset of Booleans as h5py writes them: an enumeration of FALSE and TRUE.
  void booleans(const std::string& path, const std::vector<std::int8_t>& values) {
    const hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
    const std::int8_t no = 0;
    const std::int8_t yes = 1;
    H5Tenum_insert(type, "FALSE", &no);
    H5Tenum_insert(type, "TRUE", &yes);
    dataset(path, type, {values.size()}, H5P_DEFAULT, values.data());
    H5Tclose(type);
  }
  void scalar(const std::string& path, hid_t type, const void* data) {
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t id = require(H5Dcreate2(id_, path.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    require(H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
    H5Dclose(id);
    H5Sclose(space);
  }
  /// An attribute that refers to an object of the file.
  void reference(const std::string& object, const std::string& name, const std::string& target) {
    hobj_ref_t reference = 0;
    require(H5Rcreate(&reference, id_, target.c_str(), H5R_OBJECT, -1));
    put(object, name, H5T_STD_REF_OBJ, H5Screate(H5S_SCALAR), &reference);
  }
  void soft_link(const std::string& path, const std::string& target) {
    require(H5Lcreate_soft(target.c_str(), id_, path.c_str(), H5P_DEFAULT, H5P_DEFAULT));
  }

  /// A device as OpenSignals writes it, without its channels.
  void device(const std::string& mac, const std::vector<std::int32_t>& channels, std::optional<std::int32_t> rate_hz = 1000) {
    group("/" + mac);
    group("/" + mac + "/raw");
    if (rate_hz) integer("/" + mac, "sampling rate", *rate_hz);
    attribute("/" + mac, "channels", H5T_NATIVE_INT32, channels, {channels.size()});
    attribute<std::int32_t>("/" + mac, "resolution", H5T_NATIVE_INT32, std::vector<std::int32_t>(channels.size(), 16), {channels.size()});
    long_text("/" + mac, "device", "channeller");
    long_text("/" + mac, "date", "2017-1-23");
    long_text("/" + mac, "time", "10:28:51.69");
  }
  /// A channel of that device: `n` samples counting up from 0.
  void channel(const std::string& mac, int number, std::size_t n = 100, const std::string& sensor = "EMG") {
    std::vector<std::uint16_t> counts(n);
    for (std::size_t i = 0; i < n; ++i) counts[i] = static_cast<std::uint16_t>(i);
    const std::string path = "/" + mac + "/raw/channel_" + std::to_string(number);
    samples(path, H5T_NATIVE_UINT16, counts);
    if (!sensor.empty()) text(path, "sensor", sensor);
  }

 private:
  template <class Result>
  static Result require(Result result) {
    if (result < 0) throw std::runtime_error("the test could not build its HDF5 file");
    return result;
  }
  void put(const std::string& object, const std::string& name, hid_t type, hid_t space, const void* data) {
    const hid_t parent = require(H5Oopen(id_, object.c_str(), H5P_DEFAULT));
    const hid_t id = require(H5Acreate2(parent, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT));
    if (data != nullptr) require(H5Awrite(id, type, data));
    H5Aclose(id);
    H5Oclose(parent);
    H5Sclose(space);
  }

  std::string path_;
  hid_t id_ = -1;
};

/// A creation list with chunks of this shape, closed at the end of its life.
class ChunkedList {
 public:
  explicit ChunkedList(const std::vector<hsize_t>& shape) : id_(H5Pcreate(H5P_DATASET_CREATE)) {
    H5Pset_chunk(id_, static_cast<int>(shape.size()), shape.data());
  }
  ChunkedList(const ChunkedList&) = delete;
  ChunkedList& operator=(const ChunkedList&) = delete;
  ~ChunkedList() { H5Pclose(id_); }
  [[nodiscard]] hid_t id() const noexcept { return id_; }

 private:
  hid_t id_;
};

}  // namespace myocramp::test
