#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "myocramp/core/error.hpp"

namespace myocramp::test {

/// Runs `f` and holds that it throws E with this code, and that what() names every part. Returns what() for further looks.
template <class E, class F>
std::string expect_error(F&& f, const std::string& code, const std::vector<std::string>& parts = {}) {
  try {
    f();
  } catch (const E& e) {
    EXPECT_EQ(e.code(), code) << e.what();
    for (const std::string& part : parts) EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what() << "\nlacks: " << part;
    return e.what();
  } catch (const Error& e) {
    ADD_FAILURE() << "another class of error: " << e.code() << " " << e.what();
    return "";
  }
  ADD_FAILURE() << "expected " << code << ", found no error";
  return "";
}

}  // namespace myocramp::test
