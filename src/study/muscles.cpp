#include "study/muscles.hpp"

#include <algorithm>
#include <numeric>

namespace myocramp {
namespace {

constexpr std::size_t kLongestName = 200;  // longer ones are near nothing

std::size_t letters_apart(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0U : 1U);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string words_sorted(const std::string& name) {
  std::vector<std::string> words(1);
  for (const char c : name) {
    if (c == '_') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  std::sort(words.begin(), words.end());
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : "_") + word;
  return out;
}

}  // namespace

const std::vector<std::string_view>& muscle_names() {
  static const std::vector<std::string_view> names = {
      // leg
      "gastrocnemius", "gastrocnemius_medialis", "gastrocnemius_lateralis", "soleus", "triceps_surae", "plantaris", "popliteus",
      "tibialis_anterior", "tibialis_posterior", "peroneus_longus", "peroneus_brevis", "peroneus_tertius", "fibularis_longus",
      "fibularis_brevis", "fibularis_tertius", "extensor_digitorum_longus", "extensor_hallucis_longus", "flexor_digitorum_longus",
      "flexor_hallucis_longus",
      // foot
      "abductor_hallucis", "adductor_hallucis", "flexor_hallucis_brevis", "extensor_hallucis_brevis", "flexor_digitorum_brevis",
      "extensor_digitorum_brevis", "abductor_digiti_minimi", "flexor_digiti_minimi_brevis", "quadratus_plantae", "lumbricals",
      "dorsal_interossei", "plantar_interossei",
      // thigh and hip
      "quadriceps_femoris", "rectus_femoris", "vastus_medialis", "vastus_medialis_obliquus", "vastus_lateralis", "vastus_intermedius",
      "hamstrings", "biceps_femoris", "biceps_femoris_long_head", "biceps_femoris_short_head", "semitendinosus", "semimembranosus",
      "adductor_longus", "adductor_brevis", "adductor_magnus", "gracilis", "sartorius", "pectineus", "iliopsoas", "psoas_major", "iliacus",
      "tensor_fasciae_latae", "gluteus_maximus", "gluteus_medius", "gluteus_minimus", "piriformis",
      // arm and shoulder
      "biceps_brachii", "triceps_brachii", "brachialis", "brachioradialis", "coracobrachialis", "deltoideus", "deltoideus_anterior",
      "deltoideus_medius", "deltoideus_posterior", "pectoralis_major", "pectoralis_minor", "supraspinatus", "infraspinatus", "teres_major",
      "teres_minor", "subscapularis", "serratus_anterior", "anconeus",
      // forearm and hand
      "flexor_carpi_radialis", "flexor_carpi_ulnaris", "extensor_carpi_radialis", "extensor_carpi_radialis_longus",
      "extensor_carpi_radialis_brevis", "extensor_carpi_ulnaris", "flexor_digitorum_superficialis", "flexor_digitorum_profundus",
      "extensor_digitorum", "extensor_indicis", "palmaris_longus", "pronator_teres", "pronator_quadratus", "supinator",
      "flexor_pollicis_longus", "flexor_pollicis_brevis", "extensor_pollicis_longus", "extensor_pollicis_brevis",
      "abductor_pollicis_longus", "abductor_pollicis_brevis", "adductor_pollicis", "opponens_pollicis", "first_dorsal_interosseus",
      "palmar_interossei",
      // abdomen, back, neck and face
      "rectus_abdominis", "external_oblique", "internal_oblique", "transversus_abdominis", "diaphragm", "intercostals", "erector_spinae",
      "iliocostalis", "longissimus", "spinalis", "multifidus", "quadratus_lumborum", "latissimus_dorsi", "trapezius", "trapezius_superior",
      "trapezius_medius", "trapezius_inferior", "rhomboideus_major", "rhomboideus_minor", "levator_scapulae", "splenius_capitis",
      "sternocleidomastoideus", "masseter", "temporalis", "frontalis", "zygomaticus_major", "corrugator_supercilii", "orbicularis_oculi",
      "orbicularis_oris"};
  return names;
}

std::string plain_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == ' ' || c == '-' || c == '_') {
      if (!out.empty() && out.back() != '_') out += '_';
    } else {
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  while (out.ends_with('_')) out.pop_back();
  return out;
}

bool is_muscle_name(std::string_view name) {
  const std::vector<std::string_view>& names = muscle_names();
  return std::find(names.begin(), names.end(), plain_name(name)) != names.end();
}

std::string nearest_muscle_name(std::string_view name) {
  if (name.size() > kLongestName) return "";
  const std::string plain = plain_name(name);
  const std::string sorted = words_sorted(plain);
  std::size_t least = plain.size() / 3 + 1;  // more letters changed than this is another name
  std::string nearest;
  for (const std::string_view candidate : muscle_names()) {
    const std::size_t apart = std::min(letters_apart(plain, candidate), letters_apart(sorted, words_sorted(std::string(candidate))));
    if (apart >= least) continue;
    least = apart;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace myocramp
