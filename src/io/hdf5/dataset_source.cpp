#include "io/hdf5/dataset_source.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "io/hdf5/chunk_store.hpp"

namespace myocramp::io::hdf5 {
namespace {

/// The narrowest type that holds the numbers of both.
NumberType common(NumberType a, NumberType b) {
  if (a == b) return a;
  const auto both = [&](NumberType x, NumberType y) { return (a == x && b == y) || (a == y && b == x); };
  if (is_float(a) || is_float(b)) return NumberType::kFloat64;
  if (both(NumberType::kInt8, NumberType::kUint8)) return NumberType::kInt16;
  const auto fits = [&](NumberType t) { return number_bytes(t) <= 2; };
  return fits(a) && fits(b) ? NumberType::kInt32 : NumberType::kInt64;
}

constexpr std::size_t kMaxBandBytes = 192ULL << 20U;
constexpr std::size_t kMaxAheadBytes = 64ULL << 20U;
constexpr Index kMaxKeptRows = 65536;  // of what one read went over: the next begins within it
constexpr Index kWindow = 512;         // rows converted at a time, so that all channels' rows meet in the processor's cache

/// The chosen columns that lie in the same chunks.
struct Group {
  std::size_t dataset = 0;
  Index chunk_column = 0;
  struct Part {
    ColumnRun run;
    Scale scale;
  };
  std::vector<Part> parts;
};

/// Sorts the channels by the chunks that hold them, and joins neighbours.
std::vector<Group> group_columns(const std::vector<CheckedDataset>& datasets, const std::vector<SourceColumn>& columns, double offset_v) {
  std::vector<std::pair<Group, std::vector<ColumnRun>>> groups;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const SourceColumn& column = columns[c];
    const CheckedDataset& d = datasets[column.dataset];
    const Index chunk_column = column.column / d.chunk_columns;
    const Index within = column.column % d.chunk_columns;
    auto at = std::find_if(groups.begin(), groups.end(),
                           [&](const auto& g) { return g.first.dataset == column.dataset && g.first.chunk_column == chunk_column; });
    if (at == groups.end()) at = groups.insert(groups.end(), {Group{column.dataset, chunk_column, {}}, {}});
    std::vector<ColumnRun>& runs = at->second;
    const auto channel = static_cast<Index>(c);
    const bool joins =
        !runs.empty() && runs.back().column + runs.back().size() == within && runs.back().channel + runs.back().size() == channel;
    if (!joins) runs.push_back({within, channel, {}, {}});
    runs.back().step_v.push_back(column.step_v);
    runs.back().bits.push_back(column.bits);
  }
  std::vector<Group> out;
  for (auto& [group, runs] : groups) {
    for (ColumnRun& run : runs) {
      Scale scale(run.step_v, offset_v);
      group.parts.push_back({std::move(run), std::move(scale)});
    }
    out.push_back(std::move(group));
  }
  return out;
}

}  // namespace

/// What the sources of one signal and of some of its channels have in common.
struct DatasetSource::Shared {
  Shared(std::shared_ptr<const File> f, StoredSignal s) : file(std::move(f)), stored(std::move(s)) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  ~Shared() {
    const Guard guard;
    stored.datasets.clear();
    file.reset();
  }

  std::shared_ptr<const File> file;
  StoredSignal stored;
};

/// Reads stored rows chunk by chunk, window by window.
class DatasetSource::ColumnReader {
 public:
  ColumnReader(const Shared& shared, const std::vector<SourceColumn>& columns)
      : datasets_(shared.stored.datasets),
        threads_(std::clamp(shared.stored.threads, 1, 256)),
        groups_(group_columns(datasets_, columns, shared.stored.offset_v)),
        store_(datasets_, threads_) {
    rows_ = groups_.empty() ? 0 : std::numeric_limits<Index>::max();
    for (const Group& g : groups_) {
      const CheckedDataset& d = datasets_[g.dataset];
      rows_ = std::min(rows_, d.rows);
      band_bytes_ += d.chunk_bytes();
      row_bytes_ += d.chunk_bytes() / static_cast<std::size_t>(d.chunk_rows);
      if (band_bytes_ > kMaxBandBytes) throw too_large(d);
    }
    // Beyond what is being read, other threads go as far ahead as keeps them all busy.
    if (threads_ > 1) ahead_bytes_ = std::min((static_cast<std::size_t>(threads_) + 1) * band_bytes_, kMaxAheadBytes);
  }

  void read(Interval rows, Wanted wanted, Block<double> out) {
    if (rows.empty()) return;
    if (rows.begin < 0 || rows.end > rows_) {
      throw InternalError({"E-INTERNAL", "", "samples", "rows of 0 to " + std::to_string(rows_), std::to_string(rows.end)});
    }
    begin_read(rows);
    const Index limit = sequential_ ? rows_ : rows.end;
    for (Index row = rows.begin; row < rows.end; row += kWindow) {
      const Interval window = intersect({row, row + kWindow}, rows);
      if (threads_ > 1) look_ahead(window, limit);
      for (const Group& g : groups_) convert(g, window, wanted, out.rows(row - rows.begin, window.length()));
    }
    check_still_whole(datasets_.front());
  }

  [[nodiscard]] std::size_t decoded_chunks() const noexcept { return store_.taken(); }

 private:
  static DataError too_large(const CheckedDataset& d) {
    return DataError({"E-SIZE", d.object.file, d.object.path, "chunks that take at most 192 MiB over all channels",
                      "more: write the file anew with smaller chunks, or each channel in chunks of its own"});
  }

  /// Sees whether a pass goes on, and makes room for what this read and the next have in common.
  void begin_read(Interval rows) {
    sequential_ = rows.begin >= last_.begin && rows.begin <= last_.end;
    last_ = rows;
    longest_ = std::max(longest_, std::min(rows.length(), kMaxKeptRows));
    store_.set_capacity(2 * band_bytes_ + static_cast<std::size_t>(longest_) * row_bytes_ + ahead_bytes_);
    if (!sequential_) {
      store_.forget_wanted();
      ahead_ = rows.begin;
    }
    ahead_ = std::max(ahead_, rows.begin);
  }

  /// Has the chunks of the window decoded, and of rows behind it while that keeps the threads busy.
  void look_ahead(Interval window, Index limit) {
    const auto wants_more = [&] {
      if (ahead_ < window.end) return true;
      const std::size_t bytes = static_cast<std::size_t>(ahead_ - window.begin) * row_bytes_ + band_bytes_;
      return bytes <= ahead_bytes_ && store_.waiting() < static_cast<std::size_t>(threads_);
    };
    while (ahead_ < limit && wants_more()) {
      Index next = limit;
      for (const Group& g : groups_) {
        const Index rows = datasets_[g.dataset].chunk_rows;
        store_.want(g.dataset, {ahead_ / rows, g.chunk_column});
        next = std::min(next, (ahead_ / rows + 1) * rows);
      }
      ahead_ = next;
    }
  }

  void convert(const Group& g, Interval rows, Wanted wanted, Block<double> out) {
    const CheckedDataset& d = datasets_[g.dataset];
    for (Index row = rows.begin; row < rows.end;) {
      const Index k = row / d.chunk_rows;
      const Index n = std::min((k + 1) * d.chunk_rows, rows.end) - row;
      const std::byte* const chunk = store_.get(g.dataset, {k, g.chunk_column});
      const NumberView numbers{chunk + (row - k * d.chunk_rows) * d.row_stride() * number_bytes(d.type), d.type, d.row_stride(),
                               d.column_stride()};
      for (const Group::Part& part : g.parts) {
        const Block<double> to = out.rows(row - rows.begin, n);
        if (const auto bad = find_bad(numbers, n, part.run)) {
          throw bad_number(d, {row, g.chunk_column * d.chunk_columns + part.run.column}, *bad);
        }
        if (wanted == Wanted::kVolts) {
          to_volts(numbers, part.run, part.scale, to);
        } else {
          to_doubles(numbers, part.run, part.scale, to);
        }
      }
      row += n;
    }
  }

  const std::vector<CheckedDataset>& datasets_;
  int threads_;
  std::vector<Group> groups_;
  Index rows_ = 0;              // that all of them have
  std::size_t band_bytes_ = 0;  // of the chunks that hold one row
  std::size_t row_bytes_ = 0;
  std::size_t ahead_bytes_ = 0;
  Index ahead_ = 0;  // chunks up to this row were asked for
  Index longest_ = 0;
  Interval last_{};
  bool sequential_ = true;
  ChunkStore store_;  // last: its threads end before what they read
};

DatasetSource::DatasetSource(std::shared_ptr<const File> file, StoredSignal stored)
    : DatasetSource(std::make_shared<const Shared>(std::move(file), std::move(stored)), {}) {}

DatasetSource::DatasetSource(std::shared_ptr<const Shared> shared, std::vector<SourceColumn> columns)
    : shared_(std::move(shared)), columns_(columns.empty() ? shared_->stored.columns : std::move(columns)) {
  const std::vector<CheckedDataset>& datasets = shared_->stored.datasets;
  encoding_.offset_v = shared_->stored.offset_v;
  for (const SourceColumn& c : columns_) {
    if (c.dataset >= datasets.size() || c.column < 0 || c.column >= datasets[c.dataset].columns) {
      throw InternalError({"E-INTERNAL", "", "channels", "columns of a dataset", std::to_string(c.column)});
    }
    const NumberType type = datasets[c.dataset].type;
    encoding_.type = encoding_.step_v.empty() ? type : common(encoding_.type, type);
    encoding_.step_v.push_back(c.step_v);
  }
  reader_ = std::make_unique<ColumnReader>(*shared_, columns_);
}

DatasetSource::~DatasetSource() = default;  // the threads end first, and need HDF5 for that: no Guard here

std::size_t DatasetSource::decoded_chunks() const { return reader_->decoded_chunks(); }

std::shared_ptr<const SampleSource> DatasetSource::columns(const std::vector<std::size_t>& columns) const {
  if (columns.empty()) return nullptr;
  std::vector<SourceColumn> chosen;
  for (const std::size_t c : columns) chosen.push_back(columns_.at(c));
  return std::shared_ptr<const SampleSource>(new DatasetSource(shared_, std::move(chosen)));
}

void DatasetSource::read_stretches(Interval rows, Wanted wanted, Block<double> out) const {
  const std::vector<Stretch>& stretches = shared_->stored.stretches;
  if (stretches.empty()) return reader_->read(rows, wanted, out);
  for (Index i = 0; i < out.rows(); ++i) {
    for (Index c = 0; c < out.channels(); ++c) out(i, c) = std::numeric_limits<double>::quiet_NaN();
  }
  auto s = std::partition_point(stretches.begin(), stretches.end(), [&](const Stretch& x) { return x.row + x.length <= rows.begin; });
  for (; s != stretches.end() && s->row < rows.end; ++s) {
    const Interval part = intersect(rows, {s->row, s->row + s->length});
    const Index first = s->stored_row + (part.begin - s->row);
    reader_->read({first, first + part.length()}, wanted, out.rows(part.begin - rows.begin, part.length()));
  }
}

void DatasetSource::read(Interval rows, Block<double> out) const { read_stretches(rows, Wanted::kVolts, out); }

void DatasetSource::read_stored(Interval rows, Block<double> out) const { read_stretches(rows, Wanted::kNumbers, out); }

}  // namespace myocramp::io::hdf5
