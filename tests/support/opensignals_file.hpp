#pragma once

#include <H5Cpp.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5/guard.hpp"
#include "myocramp/core/block.hpp"
#include "platform/files.hpp"

namespace myocramp::test {

/// One device's share of an OpenSignals file: integers of the converter, (time, channel).
struct OpenSignalsDevice {
  std::string mac = "00:00:00:00:00:01";
  std::string device = "channeller";
  std::string date = "2000-1-1";
  std::string time = "00:00:00.0";
  int rate_hz = 1000;
  int resolution_bits = 16;
  std::vector<std::string> labels;  ///< one per channel
  Samples<std::uint16_t> counts;    ///< (time, channel)
};

namespace detail {

using io::hdf5::checked;
using io::hdf5::Id;
using io::hdf5::owned;

inline constexpr hsize_t kChunkRows = 16384;
inline constexpr int kDeflateLevel = 4;

/// HDF5 stamps objects with the time of day unless told not to: equal input must give equal bytes.
template <class PropList>
inline PropList without_times() {
  PropList list;
  checked(H5Pset_obj_track_times(list.getId(), false));
  return list;
}

inline H5::Group make_group(const H5::Group& parent, const std::string& name) {
  const Id list = owned(H5Pcreate(H5P_GROUP_CREATE));
  checked(H5Pset_obj_track_times(list.get(), false));
  const Id id = owned(H5Gcreate2(parent.getId(), name.c_str(), H5P_DEFAULT, list.get(), H5P_DEFAULT));
  return H5::Group(id.get());  // counts its own reference
}

inline void put_text(const H5::H5Object& object, const std::string& name, const std::string& text) {
  const H5::StrType type(H5::PredType::C_S1, H5T_VARIABLE);
  object.createAttribute(name, type, H5::DataSpace(H5S_SCALAR)).write(type, text);
}

inline void put_integer(const H5::H5Object& object, const std::string& name, std::int32_t value) {
  object.createAttribute(name, H5::PredType::STD_I32LE, H5::DataSpace(H5S_SCALAR)).write(H5::PredType::NATIVE_INT32, &value);
}

inline void put_integers(const H5::H5Object& object, const std::string& name, const std::vector<std::int32_t>& values) {
  const hsize_t size = values.size();
  object.createAttribute(name, H5::PredType::STD_I32LE, H5::DataSpace(1, &size)).write(H5::PredType::NATIVE_INT32, values.data());
}

inline H5::DataSet put_counts(const H5::Group& group, const std::string& name, const std::vector<std::uint16_t>& counts) {
  const hsize_t size[2] = {counts.size(), 1};
  const hsize_t max_size[2] = {H5S_UNLIMITED, 1};
  const hsize_t chunk[2] = {std::clamp<hsize_t>(counts.size(), 1, kChunkRows), 1};
  auto list = without_times<H5::DSetCreatPropList>();
  list.setChunk(2, chunk);
  list.setShuffle();
  list.setDeflate(kDeflateLevel);
  H5::DataSet dataset = group.createDataSet(name, H5::PredType::STD_U16LE, H5::DataSpace(2, size, max_size), list);
  if (!counts.empty()) dataset.write(counts.data(), H5::PredType::NATIVE_UINT16);
  return dataset;
}

/// "28s" or "1m27s", as the recorder writes it.
inline std::string duration_text(const OpenSignalsDevice& d) {
  const Index seconds = d.counts.rows() / d.rate_hz;
  return (seconds >= 60 ? std::to_string(seconds / 60) + "m" : "") + std::to_string(seconds % 60) + "s";
}

inline void put_device_attributes(const H5::Group& group, const OpenSignalsDevice& d) {
  std::vector<std::int32_t> channels;
  for (std::int32_t n = 1; n <= static_cast<std::int32_t>(d.counts.cols()); ++n) channels.push_back(n);
  put_integers(group, "channels", channels);
  put_integers(group, "resolution", std::vector<std::int32_t>(channels.size(), d.resolution_bits));
  put_integer(group, "sampling rate", d.rate_hz);
  put_integer(group, "nsamples", static_cast<std::int32_t>(d.counts.rows()));
  put_text(group, "device", d.device);
  put_text(group, "device name", d.mac);
  put_text(group, "macaddress", d.mac);
  put_text(group, "date", d.date);
  put_text(group, "time", d.time);
  put_text(group, "duration", duration_text(d));
  put_text(group, "keywords", "");
  put_text(group, "comments", "");
  put_integer(group, "sync interval", 2);
  put_integer(group, "mode", 0);
  put_integer(group, "firmware version", 775);
  put_integers(group, "digital IO", {0, 1});
}

inline void put_channels(const H5::Group& raw, const OpenSignalsDevice& d) {
  std::vector<std::uint16_t> column(static_cast<std::size_t>(d.counts.rows()));
  for (Index c = 0; c < d.counts.cols(); ++c) {
    for (std::size_t i = 0; i < column.size(); ++i) column[i] = d.counts(static_cast<Index>(i), c);
    const H5::DataSet dataset = put_counts(raw, "channel_" + std::to_string(c + 1), column);
    put_text(dataset, "label", d.labels[static_cast<std::size_t>(c)]);
    put_text(dataset, "sensor", "EMG");
    put_text(dataset, "special", "{}");
  }
  for (std::size_t i = 0; i < column.size(); ++i) column[i] = static_cast<std::uint16_t>(std::min<std::size_t>(i, 65535));
  put_counts(raw, "nSeq", column);
}

/// The whole file as bytes. HDF5 never touches the disk here: a full disk while it closes a file ends the program (1.10.8).
inline std::string file_image(const std::vector<OpenSignalsDevice>& devices) {
  H5::FileAccPropList access;
  access.setCore(1U << 20U, false);
  const H5::H5File file("opensignals", H5F_ACC_TRUNC, without_times<H5::FileCreatPropList>(), access);
  const H5::Group root = file.openGroup("/");
  for (const OpenSignalsDevice& d : devices) {
    const H5::Group group = make_group(root, d.mac);
    put_device_attributes(group, d);
    put_channels(make_group(group, "raw"), d);
  }
  checked(H5Fflush(file.getId(), H5F_SCOPE_LOCAL));
  const ssize_t size = checked(H5Fget_file_image(file.getId(), nullptr, 0));
  std::string image(static_cast<std::size_t>(size), '\0');
  checked(H5Fget_file_image(file.getId(), image.data(), image.size()));
  return image;
}

}  // namespace detail

/// Writes a file as the OpenSignals recorder does: one group per device, a dataset per channel. Equal input gives equal bytes.
inline void write_opensignals(const std::string& path, const std::vector<OpenSignalsDevice>& devices) {
  platform::write_atomically(path, io::hdf5::guarded(path, "", [&] { return detail::file_image(devices); }));
}

}  // namespace myocramp::test
