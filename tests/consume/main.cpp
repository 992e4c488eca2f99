#include <cstdio>

#include <myocramp/core/version.hpp>

int main() { std::puts(myocramp::kVersion); }
