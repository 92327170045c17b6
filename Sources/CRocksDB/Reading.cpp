#include <rocksdb/experimental.h>
#include <rocksdb/perf_context.h>

#include <chrono>

#include "Database.h"

using magstore::Report;
using magstore::Visit;

namespace {

constexpr const char *kClosed = "the index was closed";

rocksdb::Slice MakeSlice(const uint8_t *bytes, size_t byte_count) {
    return rocksdb::Slice(reinterpret_cast<const char *>(bytes), byte_count);
}

const uint8_t *Bytes(const rocksdb::Slice &slice) { return reinterpret_cast<const uint8_t *>(slice.data()); }

// A scan that met this many deleted rows in one step asks for their removal.
constexpr uint64_t kTombstoneLimit = 10'000;
constexpr int64_t kTidyingPeriodSeconds = 10;

// Sees to it that the deleted rows of a family go away: first out of memory, then out of the tables.
void Tidy(magstore_index &index, uint8_t family) {
    auto now = std::chrono::steady_clock::now().time_since_epoch();
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
    auto last = index.tidied[family].load();
    if (seconds - last < kTidyingPeriodSeconds && last != 0) return;
    if (!index.tidied[family].compare_exchange_strong(last, seconds)) return;
    auto handle = index.families[family];
    uint64_t deletions = 0;
    index.database->GetIntProperty(handle, rocksdb::DB::Properties::kNumDeletesActiveMemTable, &deletions);
    if (deletions >= kTombstoneLimit) {
        rocksdb::FlushOptions options;
        options.wait = false;
        options.allow_write_stall = true;
        index.database->Flush(options, handle).PermitUncheckedError();
    }
    rocksdb::experimental::SuggestCompactRange(index.database.get(), handle, nullptr, nullptr).PermitUncheckedError();
}

// A table whose footer is damaged can say "not found" about a part of itself, which must not pass for a row that is
// not there, or for the end of the rows.
magstore_result ReportRead(const rocksdb::Status &status, char **message) {
    if (status.IsNotFound() || status.IsInvalidArgument()) return Report(MAGSTORE_CORRUPT, status.ToString(), message);
    return Report(status, message);
}

// Moves a cursor's iterator, and watches how many deleted rows it passes.
template <typename Move>
void Step(magstore_cursor &cursor, Move move) {
    auto before = rocksdb::get_perf_context()->internal_delete_skipped_count;
    move(*cursor.iterator);
    auto skipped = rocksdb::get_perf_context()->internal_delete_skipped_count - before;
    if (skipped >= kTombstoneLimit) Tidy(*cursor.index, cursor.family);
}

}  // namespace

extern "C" {

magstore_result magstore_snapshot_create(magstore_index *index, magstore_snapshot **snapshot, char **message) {
    Visit visit(index->gate);
    if (!visit) return Report(MAGSTORE_CLOSED, kClosed, message);
    auto made = new magstore_snapshot;
    made->state = index->database->GetSnapshot();
    *snapshot = made;
    std::lock_guard<std::mutex> guard(index->lock);
    index->snapshots.insert(made);
    return Report(MAGSTORE_OK, "", message);
}

void magstore_snapshot_release(magstore_index *index, magstore_snapshot *snapshot) {
    Visit visit(index->gate);
    {
        std::lock_guard<std::mutex> guard(index->lock);
        // Not admitted, and still listed: closing has not come to it yet, and will free it.
        snapshot->is_released = true;
        if (!visit && index->snapshots.count(snapshot) != 0) return;
        index->snapshots.erase(snapshot);
    }
    if (snapshot->state != nullptr) index->database->ReleaseSnapshot(snapshot->state);
    delete snapshot;
}

magstore_result magstore_index_get(
    magstore_index *index, const magstore_snapshot *snapshot, uint8_t family, const uint8_t *key, size_t key_byte_count,
    bool cached, magstore_sink sink, void *context, char **message) {
    Visit visit(index->gate);
    if (!visit) return Report(MAGSTORE_CLOSED, kClosed, message);
    rocksdb::ReadOptions options;
    options.snapshot = snapshot == nullptr ? nullptr : snapshot->state;
    options.read_tier = cached ? rocksdb::kBlockCacheTier : rocksdb::kReadAllTier;
    rocksdb::PinnableSlice value;
    auto status = index->database->Get(options, index->families[family], MakeSlice(key, key_byte_count), &value);
    // Of a table that is not open, a read without the disk says "found" and leaves the value empty: nobody knows.
    if (status.ok() && cached && value.empty()) return Report(MAGSTORE_UNKNOWN, "", message);
    if (status.ok()) sink(context, Bytes(value), value.size());
    // RocksDB leaves the text out when there is no such row.
    if (status.IsNotFound() && status.getState() == nullptr) return Report(MAGSTORE_ABSENT, "", message);
    if (status.IsIncomplete() && cached) return Report(MAGSTORE_UNKNOWN, "", message);
    return ReportRead(status, message);
}

magstore_result magstore_cursor_create(
    magstore_index *index, const magstore_snapshot *snapshot, uint8_t family, const uint8_t *lower,
    size_t lower_byte_count, bool is_bounded, const uint8_t *upper, size_t upper_byte_count, bool scans,
    magstore_cursor **cursor, char **message) {
    Visit visit(index->gate);
    if (!visit) return Report(MAGSTORE_CLOSED, kClosed, message);
    auto made = std::make_unique<magstore_cursor>();
    made->index = index;
    made->family = family;
    made->lower.assign(reinterpret_cast<const char *>(lower), lower_byte_count);
    made->is_bounded = is_bounded;
    if (is_bounded) made->upper.assign(reinterpret_cast<const char *>(upper), upper_byte_count);
    made->lower_bound = made->lower;
    made->upper_bound = made->upper;
    rocksdb::ReadOptions options;
    options.snapshot = snapshot == nullptr ? nullptr : snapshot->state;
    options.iterate_lower_bound = &made->lower_bound;
    if (is_bounded) options.iterate_upper_bound = &made->upper_bound;
    options.fill_cache = !scans;
    // We have none. And where it merges range deletions, RocksDB before 8.5.1 loses the error when it comes to a table
    // whose beginning it cannot read: the scan would end there as if there were no more rows.
    options.ignore_range_deletions = true;
    options.background_purge_on_iterator_cleanup = true;
    made->iterator.reset(index->database->NewIterator(options, index->families[family]));
    std::lock_guard<std::mutex> guard(index->lock);
    *cursor = made.release();
    index->cursors.insert(*cursor);
    return Report(MAGSTORE_OK, "", message);
}

magstore_result magstore_cursor_next(magstore_cursor *cursor, magstore_row *row, char **message) {
    Visit visit(cursor->index->gate);
    if (!visit || cursor->iterator == nullptr) return Report(MAGSTORE_CLOSED, kClosed, message);
    if (cursor->is_bounded && cursor->lower_bound.compare(cursor->upper_bound) >= 0) {
        return Report(MAGSTORE_ABSENT, "", message);
    }
    auto &iterator = *cursor->iterator;
    if (!cursor->is_positioned) {
        Step(*cursor, [](rocksdb::Iterator &iterator) { iterator.SeekToFirst(); });
    } else if (!cursor->is_ahead && iterator.Valid()) {
        Step(*cursor, [](rocksdb::Iterator &iterator) { iterator.Next(); });
    }
    cursor->is_positioned = true;
    cursor->is_ahead = false;
    if (!iterator.Valid()) {
        auto status = iterator.status();
        return status.ok() ? Report(MAGSTORE_ABSENT, "", message) : ReportRead(status, message);
    }
    auto key = iterator.key();
    auto value = iterator.value();
    *row = {Bytes(key), key.size(), Bytes(value), value.size()};
    return Report(MAGSTORE_OK, "", message);
}

magstore_result magstore_cursor_seek(
    magstore_cursor *cursor, const uint8_t *key, size_t key_byte_count, char **message) {
    Visit visit(cursor->index->gate);
    if (!visit || cursor->iterator == nullptr) return Report(MAGSTORE_CLOSED, kClosed, message);
    auto target = MakeSlice(key, key_byte_count);
    if (target.compare(cursor->lower_bound) < 0) target = cursor->lower_bound;
    // Otherwise there is nothing to find, and `next` says so.
    bool is_within = !cursor->is_bounded || cursor->lower_bound.compare(cursor->upper_bound) < 0;
    if (is_within) Step(*cursor, [&](rocksdb::Iterator &iterator) { iterator.Seek(target); });
    cursor->is_positioned = true;
    cursor->is_ahead = true;
    return is_within ? ReportRead(cursor->iterator->status(), message) : Report(MAGSTORE_OK, "", message);
}

void magstore_cursor_release(magstore_cursor *cursor) {
    auto index = cursor->index;
    Visit visit(index->gate);
    {
        std::lock_guard<std::mutex> guard(index->lock);
        // As for snapshots.
        cursor->is_released = true;
        if (!visit && index->cursors.count(cursor) != 0) return;
        index->cursors.erase(cursor);
    }
    delete cursor;
}

}  // extern "C"
