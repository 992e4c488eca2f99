#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "myocramp/signal/recording.hpp"
#include "myocramp/simulate/scenario.hpp"

namespace myocramp {

/// Simulates one recording: labels, protocol, covariates and truth at once, samples block by block when they are asked for.
///
/// Samples are integers of 16 bits over +-clipping.range_mv. The same (scenario, seed, subject, session) give the same bits for any number
/// of `threads`, which render blocks of kGridBlock samples; a few blocks for each thread are in memory, never the recording.
/// Subjects and sessions count from 0. `look` is called before each event is made and each block searched; what it throws comes out.
/// Throws: InvalidArgument E-OPTION, also when events do not fit in their phases, and when an SNR is asked for without noise.
Recording simulate_session(const Scenario& scenario, std::uint64_t seed, int subject, int session, int threads = 1,
                           const std::function<void()>& look = {});

}  // namespace myocramp
