#include "platform/files.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "support/errors.hpp"
#include "support/temp_dir.hpp"

namespace myocramp::platform {
namespace {

using test::bytes_of;
using test::expect_error;
using test::TempDir;

TEST(WriteAtomically, WritesReplacesAndLeavesNothingElse) {
  const TempDir dir;
  const std::string path = dir.file("out.txt");
  write_atomically(path, "first");
  write_atomically(path, std::string("sec\0ond", 7));
  EXPECT_EQ(bytes_of(path), std::string("sec\0ond", 7));
  EXPECT_EQ(dir.count(), 1U);
}

TEST(WriteAtomically, CreatesMissingParents) {
  const TempDir dir;
  write_atomically(dir.file("a/b/c.txt"), "x");
  EXPECT_EQ(bytes_of(dir.file("a/b/c.txt")), "x");
}

TEST(WriteAtomically, TakesNamesOfTheGreatestLength) {
  const TempDir dir;
  const std::string path = dir.file(std::string(255, 'n'));
  write_atomically(path, "x");
  EXPECT_EQ(bytes_of(path), "x");
}

TEST(WriteAtomically, WritesIntoTheCurrentFolder) {
  const TempDir dir;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(dir.path());
  write_atomically("here.txt", "x");
  std::filesystem::current_path(before);
  EXPECT_EQ(bytes_of(dir.file("here.txt")), "x");
}

TEST(WriteAtomically, NamesTheReasonAndCleansUpWhenTheNameIsTaken) {
  const TempDir dir;
  std::filesystem::create_directories(dir.file("taken/inside"));
  expect_error<OutputError>([&] { write_atomically(dir.file("taken"), "x"); }, "E-WRITE", {dir.file("taken")});
  EXPECT_EQ(dir.count(), 1U);
}

TEST(WriteAtomically, NamesTheReasonWhenAParentIsAFile) {
  const TempDir dir;
  const std::string file = dir.write("file", "x");
  expect_error<OutputError>([&] { write_atomically(file + "/out", "x"); }, "E-WRITE", {file + "/out"});
}

TEST(WriteAtomically, AFullDiskLeavesTheOldContentAndNoPart) {
  const TempDir dir;
  const std::string path = dir.write("out", "old");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};  // stands for a full disk: write() fails half way
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  expect_error<OutputError>([&] { write_atomically(path, std::string(5000, 'x')); }, "E-WRITE", {path, "expected a complete write"});
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(bytes_of(path), "old");
  EXPECT_EQ(dir.count(), 1U);
}

TEST(Sha256, AgreesWithThePublishedExamples) {  // FIPS 180-4 examples
  EXPECT_EQ(sha256_of_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of_text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, OfAFileBeyondOneBlockIsThatOfItsText) {
  const TempDir dir;
  const std::string text(3'000'001, 'a');
  EXPECT_EQ(sha256_of_file(dir.write("big", text)), sha256_of_text(text));
  expect_error<IoError>([&] { sha256_of_file(dir.file("none")); }, "E-MISSING", {dir.file("none"), "expected a file, found none"});
}

TEST(ReadText, ReadsAllUpToItsLimit) {
  const TempDir dir;
  const std::string path = dir.write("t", "12345678");
  EXPECT_EQ(read_text(path, 8), "12345678");
  EXPECT_EQ(read_text(dir.write("empty", "")), "");
  expect_error<DataError>([&] { read_text(path, 7); }, "E-SIZE", {path, "at most 7 bytes, found 8"});
  expect_error<IoError>([&] { read_text(dir.file("none")); }, "E-MISSING", {dir.file("none")});
}

TEST(RequireRegularFile, RefusesWhatIsNoFile) {
  const TempDir dir;
  require_regular_file(dir.write("good", "x"));
  expect_error<DataError>([&] { require_regular_file(dir.write("empty", "")); }, "E-EMPTY", {dir.file("empty")});
  expect_error<IoError>([&] { require_regular_file(dir.file("none")); }, "E-MISSING", {"expected a file, found none"});
  expect_error<IoError>([&] { require_regular_file(dir.file("good/below")); }, "E-MISSING", {"expected a file, found none"});
  expect_error<IoError>([&] { require_regular_file(dir.path()); }, "E-TYPE", {"found a directory"});
  expect_error<IoError>([&] { require_regular_file("/dev/null"); }, "E-TYPE", {"found a device"});
  ASSERT_EQ(mkfifo(dir.file("pipe").c_str(), 0600), 0);
  expect_error<IoError>([&] { require_regular_file(dir.file("pipe")); }, "E-TYPE", {"found a named pipe"});  // and does not hang
}

TEST(RequireRegularFile, RefusesASocket) {
  const TempDir dir;
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, dir.file("socket").c_str(), sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  expect_error<IoError>([&] { require_regular_file(dir.file("socket")); }, "E-TYPE", {"found a socket"});
  close(fd);
}

TEST(RequireRegularFile, NamesAMissingPermission) {
  const TempDir dir;
  const std::string path = dir.write("secret", "x");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const bool root = geteuid() == 0;  // root may read everything: be nobody for a moment
  ASSERT_EQ(root ? seteuid(65534) : 0, 0);
  expect_error<IoError>([&] { require_regular_file(path); }, "E-READ", {path, "Permission denied"});
  ASSERT_EQ(root ? seteuid(0) : 0, 0);
}

}  // namespace
}  // namespace myocramp::platform
