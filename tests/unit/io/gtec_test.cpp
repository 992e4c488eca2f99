#include <gtest/gtest.h>

#include <cstring>

#include "myocramp/io/reader.hpp"
#include "support/errors.hpp"
#include "support/hdf5_builder.hpp"
#include "support/temp_dir.hpp"

namespace myocramp::io {
namespace {

using test::expect_error;
using test::Hdf5Builder;
using test::TempDir;

std::string channel_xml(const std::string& name, const std::string& type = "EMG", const std::string& more = "") {
  return "<ChannelProperties><ChannelName>" + name + "</ChannelName><ChannelType>" + type + "</ChannelType>" + more +
         "</ChannelProperties>";
}

/// The description as the recorder writes it: it says UTF-16 of itself, which the bytes are not.
std::string task_xml(const std::string& channels, const std::string& fields = "<SamplingFrequency>1200</SamplingFrequency>") {
  return R"(<?xml version="1.0" encoding="utf-16"?><AcquisitionTaskDescription xmlns:xsi="http://x">)" + fields + "<ChannelProperties>" +
         channels + "</ChannelProperties></AcquisitionTaskDescription>";
}

enum class Text { kFixed, kVariable };

class GTec : public ::testing::Test {
 protected:
  /// A file with this description and float samples counting up.
  std::string write(const std::string& xml, hsize_t rows, hsize_t columns, Text how = Text::kVariable) {
    Hdf5Builder h(dir_.file("a" + std::to_string(++written_) + ".hdf5"));  // the one before may still be open
    h.group("/RawData");
    h.group("/AsynchronData");
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, how == Text::kVariable ? H5T_VARIABLE : xml.size() + 1);
    const char* pointer = xml.c_str();
    const void* data = how == Text::kVariable ? static_cast<const void*>(&pointer) : pointer;
    h.dataset("/RawData/AcquisitionTaskDescription", type, {1}, H5P_DEFAULT, data);
    H5Tclose(type);
    std::vector<float> samples(static_cast<std::size_t>(rows * columns));
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(i);
    h.dataset("/RawData/Samples", H5T_NATIVE_FLOAT, {rows, columns}, H5P_DEFAULT, samples.data());
    const std::vector<std::int64_t> times = {5, 9, 12};
    h.dataset("/AsynchronData/Time", H5T_NATIVE_INT64, {3, 1}, H5P_DEFAULT, times.data());
    return h.close();
  }
  void refuses(const std::string& xml, const std::string& code, const std::string& part) {
    const std::string path = write(xml, 20, 2);
    expect_error<DataError>([&] { open(path); }, code, {"/RawData/AcquisitionTaskDescription: ", part});
  }

  TempDir dir_;
  int written_ = 0;
};

bool has_note(const Recording& r, const std::string& part) {
  for (const std::string& note : r.notes) {
    if (note.find(part) != std::string::npos) return true;
  }
  return false;
}

TEST_F(GTec, SamplesAreMicrovoltsByTimeAndChannel) {
  for (const Text how : {Text::kFixed, Text::kVariable}) {
    const Recording r = open(write(task_xml(channel_xml("GM") + channel_xml("GL"),
                                            "<SamplingFrequency>1200</SamplingFrequency>"
                                            "<RecordingDateBegin>2024-02-29T12:34:56.7891234+01:00</RecordingDateBegin>"),
                                   20, 2, how));
    EXPECT_EQ(r.layout, "gtec");
    EXPECT_EQ(r.session_start, "2024-02-29T12:34:56.789123+01:00");
    const Signal& s = r.signals.at(0);
    EXPECT_EQ(s.rate.hertz(), 1200);
    EXPECT_EQ(s.samples, 20);
    ASSERT_EQ(s.channels.size(), 2U);
    EXPECT_EQ(s.channels[0].name, "GM");
    EXPECT_EQ(s.channels[1].name, "GL");
    const Samples<double> x = s.read({0, 20});
    EXPECT_DOUBLE_EQ(x(0, 1), 1e-6);
    EXPECT_DOUBLE_EQ(x(19, 0), 38e-6);
    EXPECT_TRUE(has_note(r, "3 events in /AsynchronData are not read"));
    EXPECT_TRUE(has_note(r, "taken as microvolts"));
  }
}

TEST_F(GTec, AStatedUnitCounts) {
  const Recording r =
      open(write(task_xml(channel_xml("GM", "EMG", "<Unit>mV</Unit>") + channel_xml("GL", "EMG", "<Unit>uV</Unit>")), 20, 2));
  const Samples<double> x = r.signals.at(0).read({0, 20});
  EXPECT_DOUBLE_EQ(x(1, 0), 2e-3);
  EXPECT_DOUBLE_EQ(x(1, 1), 3e-6);
  EXPECT_FALSE(has_note(r, "taken as microvolts"));
  refuses(task_xml(channel_xml("GM", "EMG", "<Unit>N</Unit>") + channel_xml("GL")), "E-UNIT", "for GM, found N");
}

TEST_F(GTec, OtherSensorsAndTriggersAreRefusedByName) {
  const std::string trigger = "<IsTriggerChannel>true</IsTriggerChannel>";
  const Recording r = open(write(task_xml(channel_xml("Fz", "EEG") + channel_xml("GM") + channel_xml("T", "EMG", trigger)), 20, 3));
  ASSERT_EQ(r.signals.at(0).channels.size(), 1U);
  EXPECT_EQ(r.signals[0].channels[0].name, "GM");
  EXPECT_DOUBLE_EQ(r.signals[0].read({0, 20})(1, 0), 4e-6);  // the middle column
  ASSERT_EQ(r.refused.size(), 2U);
  EXPECT_EQ(r.refused[0].signal, "Fz");
  EXPECT_EQ(r.refused[0].code, "E-SENSOR");
  EXPECT_NE(r.refused[1].reason.find("found a trigger channel"), std::string::npos);
}

TEST_F(GTec, WithoutATypeThatIsEmgAllAreRead) {
  const Recording r = open(write(task_xml(channel_xml("GM", "EEG") + channel_xml("GL", "")), 20, 2));
  EXPECT_EQ(r.signals.at(0).channels.size(), 2U);
  EXPECT_TRUE(has_note(r, "no channel is of type EMG: all are read"));
}

TEST_F(GTec, TheRateStandsForAllOrByChannel) {
  const auto rate = [](const std::string& hz) { return "<SampleRate>" + hz + "</SampleRate>"; };
  const Recording r = open(write(task_xml(channel_xml("A", "EMG", rate("512")) + channel_xml("B", "EMG", rate("512")), ""), 20, 2));
  EXPECT_EQ(r.signals.at(0).rate.hertz(), 512);
  refuses(task_xml(channel_xml("A", "EMG", rate("512")) + channel_xml("B", "EMG", rate("256")), ""), "E-RATE", "256 and 512 Hz");
  refuses(task_xml(channel_xml("A") + channel_xml("B"), ""), "E-RATE", "in SamplingFrequency, found none");
  for (const char* bad : {"0", "-1", "nan", "1 kHz", "inf"}) {
    refuses(task_xml(channel_xml("A") + channel_xml("B"), "<SamplingFrequency>" + std::string(bad) + "</SamplingFrequency>"), "E-RATE",
            bad);
  }
}

TEST_F(GTec, ChannelsAndColumnsAgree) {
  refuses(task_xml(channel_xml("A")), "E-CHANNELS", "2 channels, one per column of the samples, found 1");
  refuses(task_xml(channel_xml("A") + channel_xml("A")), "E-CHANNELS", "A twice");
  const Recording r = open(write(task_xml(channel_xml("") + channel_xml("a&#10;b")), 20, 2));
  EXPECT_EQ(r.signals.at(0).channels[0].name, "ch1");
  EXPECT_EQ(r.signals[0].channels[1].name, "a\\x0ab");
}

TEST_F(GTec, XmlThatIsBrokenOrDefinesEntitiesIsRefused) {
  refuses("", "E-XML", "well-formed XML");
  refuses("<AcquisitionTaskDescription><A>", "E-XML", "well-formed XML");
  refuses(R"(<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>)" + task_xml(channel_xml("&b;")).substr(39), "E-XML",
          "a document type");
  refuses(R"(<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>)", "E-XML", "a document type");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  refuses(deep, "E-XML", "well-formed XML");
  refuses(std::string((1U << 20U) + 1, ' '), "E-SIZE", "texts of at most 1048576 bytes");
}

TEST_F(GTec, IntegersAndEmptySamplesAreRefused) {
  const std::string xml = task_xml(channel_xml("A"));
  {
    const std::string path = write(xml, 0, 1);
    expect_error<DataError>([&] { open(path); }, "E-SAMPLES", {"/RawData/Samples"});
  }
  Hdf5Builder h(dir_.file("b.hdf5"));
  h.group("/RawData");
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, xml.size());
  h.dataset("/RawData/AcquisitionTaskDescription", type, {1}, H5P_DEFAULT, xml.data());
  H5Tclose(type);
  h.samples<std::int16_t>("/RawData/Samples", H5T_NATIVE_INT16, {1, 2, 3});
  const std::string path = h.close();
  expect_error<DataError>([&] { open(path); }, "E-SCALE", {"/RawData/Samples: expected microvolts as floats"});
}

}  // namespace
}  // namespace myocramp::io
