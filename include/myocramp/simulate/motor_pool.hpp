#pragma once

#include <cstdint>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/simulate/knots.hpp"
#include "myocramp/simulate/motor_unit.hpp"

namespace myocramp {

/// The motor units of one muscle: how they are recruited, how fast they discharge, and where they lie.
struct MotorPoolOptions {
  int units = 120;
  double recruitment_range = 50;
  double full_recruitment = 0.75;
  double min_rate_hz = 10;
  double min_rate_drop_hz = 5;
  double peak_rate_hz = 40;
  double peak_rate_drop_hz = 10;
  double rate_gain_hz = 60;
  double isi_cv = 0.15;
  int fibres = 100000;
  double size_range = 100;
  double width_mm = 60;
  double thickness_mm = 20;
  double least_radius_mm = 3;
  double largest_radius_mm = 8;
  double velocity_m_s = 4;
  double velocity_sd_m_s = 0.5;
  double velocity_size_correlation = 0.8;
};

template <class V>
void describe(MotorPoolOptions& o, V&& v) {
  v(o.units, Field{"units", "1", 1, 10000, "motor units of the muscle", "Fuglevand et al. 1993 J Neurophysiol 70:2470"});
  v(o.recruitment_range, Field{"recruitment_range", "1", 1, 1000, "threshold of the last unit over that of the first",
                               "iemg_simulator; 30 in Fuglevand et al. 1993"});
  v(o.full_recruitment, Field{"full_recruitment", "1", 0.01, 0.99, "excitation that recruits the last unit", "iemg_simulator"});
  v(o.min_rate_hz, Field{"min_rate_hz", "1/s", 1, 100, "rate at which the first unit starts", "NeuroMotion; 8 in Fuglevand et al. 1993"});
  v(o.min_rate_drop_hz,
    Field{"min_rate_drop_hz", "1/s", 0, 100, "by how much lower the last unit starts", "NeuroMotion; 0 in Fuglevand et al. 1993"});
  v(o.peak_rate_hz,
    Field{"peak_rate_hz", "1/s", 1, 200, "rate that the first unit does not exceed", "NeuroMotion; 45 in Fuglevand et al. 1993"});
  v(o.peak_rate_drop_hz, Field{"peak_rate_drop_hz", "1/s", 0, 200, "by how much lower that of the last unit is", "Fuglevand et al. 1993"});
  v(o.rate_gain_hz, Field{"rate_gain_hz", "1/s", 0, 1000, "rise of the rate over the whole range of excitation",
                          "our default; 57 in Fuglevand et al. 1993"});
  v(o.isi_cv, Field{"isi_cv", "1", 0, 0.3, "coefficient of variation of inter-spike intervals at a steady excitation",
                    "our default; 0.2 in Fuglevand et al. 1993"});
  v(o.fibres, Field{"fibres", "1", 1, 10000000, "fibres of the muscle, shared out among its units", "our default"});
  v(o.size_range, Field{"size_range", "1", 1, 1000, "fibres of the last unit over those of the first", "Fuglevand et al. 1993"});
  v(o.width_mm, Field{"width_mm", "mm", 1, 300, "of the muscle at right angles to its fibres", "our default"});
  v(o.thickness_mm, Field{"thickness_mm", "mm", 1, 100, "of the muscle", "our default"});
  v(o.least_radius_mm, Field{"least_radius_mm", "mm", 0.1, 50, "territory of the first unit", "our default"});
  v(o.largest_radius_mm, Field{"largest_radius_mm", "mm", 0.1, 50, "territory of the last unit", "our default"});
  v(o.velocity_m_s, Field{"velocity_m_s", "m/s", 2.5, 5.5, "mean conduction velocity of the units", "our default"});
  v(o.velocity_sd_m_s, Field{"velocity_sd_m_s", "m/s", 0, 1, "its standard deviation over units", "our default"});
  v(o.velocity_size_correlation,
    Field{"velocity_size_correlation", "1", 0, 1, "correlation of velocity and order of recruitment", "our default"});
}

/// The pool of Fuglevand et al. 1993; what they leave open is as in MotorPoolOptions.
MotorPoolOptions fuglevand_1993();

/// The motor units of muscle number `muscle`, in the order of their recruitment.
///
/// Thresholds and sizes follow exponentials of the order; places are even over the muscle, territories inside it as far as they fit.
/// The same (options, seed, muscle) give the same units. Throws: InvalidArgument E-OPTION.
/// Source: Fuglevand, Winter & Patla 1993 J Neurophysiol 70:2470.
std::vector<MotorUnit> make_motor_pool(const MotorPoolOptions& options, std::uint64_t seed, std::uint64_t muscle);

/// Discharges per second of a unit at an excitation from 0 to 1; 0 below its threshold.
double discharge_rate_hz(const MotorUnit& unit, const MotorPoolOptions& options, double excitation);

/// How work slows the conduction along the fibres, and what it does to the potentials.
struct Fatigue {
  double slowing = 0;
  double tau_s = 30;
  double gain_exponent = 0.5;
  double before_s = 0;
};

template <class V>
void describe(Fatigue& o, V&& v) {
  v(o.slowing, Field{"slowing", "1", -0.5, 0.6,
                     "part of the velocity that long work takes away; below 0 it adds, and the spectrum moves up", "our default"});
  v(o.tau_s, Field{"tau_s", "s", 0.1, 36000, "time constant of that", "our default"});
  v(o.gain_exponent, Field{"gain_exponent", "1", -2, 2, "power of the relative velocity that the amplitude follows", "our default"});
  v(o.before_s, Field{"before_s", "s", 0, 360000, "work of the same kind done before the event", "our default"});
}

/// Relative duration of a potential after `work_s` seconds of the event: 1 / (1 - slowing (1 - exp(-(before_s + work_s) / tau_s))).
double fatigue_stretch(const Fatigue& fatigue, double work_s);
/// Its relative amplitude then: the relative velocity to the power of gain_exponent.
double fatigue_gain(const Fatigue& fatigue, double work_s);

/// A voluntary excitation: knots from 0 to 1 over time, and how the whole pool's excitation wavers about them.
struct Drive {
  std::vector<Knot> knots;
  double tremor_hz = 8;
  double tremor = 0;
  double noise_hz = 2;
  double noise = 0;
};

template <class V>
void describe(Drive& o, V&& v) {
  v(o.tremor_hz, Field{"tremor_hz", "Hz", 0.1, 20, "frequency of tremor", "our default"});
  v(o.tremor, Field{"tremor", "1", 0, 1, "amplitude of tremor, as part of the excitation", "our default"});
  v(o.noise_hz, Field{"noise_hz", "Hz", 0.01, 20, "highest frequency of the noise that all units share", "our default"});
  v(o.noise, Field{"noise", "1", 0, 1, "standard deviation of that noise, as part of the excitation", "our default"});
}

/// What all units keep between two discharges.
inline constexpr double kRefractory_s = 0.003;

/// Discharges of a pool under a drive, sorted by time, then unit.
///
/// A unit discharges when the integral of its rate has grown by the next interval, which is Gaussian of mean 1 and the stated variation; so rates follow
/// ramps without lag. None before the first knot or after the last, none closer than 3 ms to another of its unit. An empty drive gives none.
/// Every unit draws from its own stream of (seed, muscle, event), whatever is asked for before.
/// Throws: InvalidArgument E-OPTION, also for knots that are not sorted or not from 0 to 1.
std::vector<Discharge> drive_discharges(const std::vector<MotorUnit>& pool, const MotorPoolOptions& options, const Drive& drive,
                                        const Fatigue& fatigue, std::uint64_t seed, std::uint64_t muscle, std::uint64_t event);

}  // namespace myocramp
