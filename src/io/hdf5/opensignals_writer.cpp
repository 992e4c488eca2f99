#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>

#include "io/hdf5/guard.hpp"
#include "myocramp/io/opensignals.hpp"
#include "platform/files.hpp"

namespace myocramp::io {
namespace {

using hdf5::checked;
using hdf5::Id;
using hdf5::owned;

constexpr hsize_t kChunkRows = 16384;
constexpr int kDeflateLevel = 4;

[[noreturn]] void throw_option(const std::string& name, const std::string& expected, const std::string& found) {
  throw InvalidArgument({"E-OPTION", "", "device." + name, expected, found});
}

void check_device(const OpenSignalsDevice& d) {
  const auto channels = static_cast<std::size_t>(d.counts.cols());
  const bool named = !d.mac.empty() && d.mac != "." && d.mac.find('/') == std::string::npos;
  if (!named) throw_option("mac", "a name without a slash", printable(d.mac));
  if (d.rate_hz <= 0) throw_option("rate_hz", "a rate above 0 Hz", std::to_string(d.rate_hz));
  if (d.resolution_bits < 1 || d.resolution_bits > 16) throw_option("resolution_bits", "1 to 16 bits", std::to_string(d.resolution_bits));
  if (d.labels.size() != channels) throw_option("labels", std::to_string(channels) + ", one per channel", std::to_string(d.labels.size()));
  const bool countable = d.counts.rows() <= std::numeric_limits<std::int32_t>::max();
  if (!countable) throw_option("counts", "fewer than 2^31 rows", std::to_string(d.counts.rows()));
}

void check_devices(const std::vector<OpenSignalsDevice>& devices) {
  if (devices.empty()) throw_option("mac", "at least one device", "0");
  std::set<std::string> macs;
  for (const OpenSignalsDevice& d : devices) {
    check_device(d);
    if (!macs.insert(d.mac).second) throw_option("mac", "every device once", printable(d.mac));
  }
}

/// HDF5 stamps objects with the time of day unless told not to: equal input must give equal bytes.
template <class PropList>
PropList without_times() {
  PropList list;
  checked(H5Pset_obj_track_times(list.getId(), false));
  return list;
}

H5::Group make_group(const H5::Group& parent, const std::string& name) {
  const Id list = owned(H5Pcreate(H5P_GROUP_CREATE));
  checked(H5Pset_obj_track_times(list.get(), false));
  const Id id = owned(H5Gcreate2(parent.getId(), name.c_str(), H5P_DEFAULT, list.get(), H5P_DEFAULT));
  return H5::Group(id.get());  // counts its own reference
}

void put_text(const H5::H5Object& object, const std::string& name, const std::string& text) {
  const H5::StrType type(H5::PredType::C_S1, H5T_VARIABLE);
  object.createAttribute(name, type, H5::DataSpace(H5S_SCALAR)).write(type, text);
}

void put_integer(const H5::H5Object& object, const std::string& name, std::int32_t value) {
  object.createAttribute(name, H5::PredType::STD_I32LE, H5::DataSpace(H5S_SCALAR)).write(H5::PredType::NATIVE_INT32, &value);
}

void put_integers(const H5::H5Object& object, const std::string& name, const std::vector<std::int32_t>& values) {
  const hsize_t size = values.size();
  object.createAttribute(name, H5::PredType::STD_I32LE, H5::DataSpace(1, &size)).write(H5::PredType::NATIVE_INT32, values.data());
}

H5::DataSet put_counts(const H5::Group& group, const std::string& name, const std::vector<std::uint16_t>& counts) {
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
std::string duration_text(const OpenSignalsDevice& d) {
  const Index seconds = d.counts.rows() / d.rate_hz;
  return (seconds >= 60 ? std::to_string(seconds / 60) + "m" : "") + std::to_string(seconds % 60) + "s";
}

void put_device_attributes(const H5::Group& group, const OpenSignalsDevice& d) {
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

void put_channels(const H5::Group& raw, const OpenSignalsDevice& d) {
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
std::string file_image(const std::vector<OpenSignalsDevice>& devices) {
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

}  // namespace

void write_opensignals(const std::string& path, const std::vector<OpenSignalsDevice>& devices) {
  check_devices(devices);
  std::string image;
  try {
    image = hdf5::guarded(path, "", [&] { return file_image(devices); });
  } catch (const DataError& e) {
    throw OutputError({"E-WRITE", path, "", "an HDF5 file that can be built in memory", e.parts().found});
  }
  platform::write_atomically(path, image);
}

}  // namespace myocramp::io
