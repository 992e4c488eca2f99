#include <myocramp/io/reader.hpp>
#include <myocramp/study/analyse.hpp>

#include <cstdio>

int main(int argc, char** argv) {
  const myocramp::Recording recording = myocramp::io::open(argc > 1 ? argv[1] : "recordings/S01_1.nwb");
  const myocramp::Analysis result = myocramp::analyse(recording, {});
  for (const myocramp::Episode& e : result.episodes) {
    std::printf("%7.2f s  %5.2f s  %-10s %s\n", e.onset_s, e.duration_s, e.trial_type.c_str(), e.class_reason.c_str());
  }
}
