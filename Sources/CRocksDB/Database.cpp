#include "Database.h"

#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace magstore {

magstore_result Translate(const rocksdb::Status &status) {
    switch (status.code()) {
        case rocksdb::Status::kOk: return MAGSTORE_OK;
        // As when a damaged byte asks for a format that there is not.
        case rocksdb::Status::kNotSupported:
        case rocksdb::Status::kCorruption: return MAGSTORE_CORRUPT;
        case rocksdb::Status::kShutdownInProgress: return MAGSTORE_CLOSED;
        default: break;
    }
    return status.IsNoSpace() ? MAGSTORE_FULL : MAGSTORE_INPUT_OUTPUT;
}

magstore_result Report(const rocksdb::Status &status, char **message) {
    return Report(Translate(status), status.ok() ? std::string() : status.ToString(), message);
}

magstore_result Report(magstore_result result, const std::string &text, char **message) {
    *message = result > MAGSTORE_UNKNOWN ? strdup(text.c_str()) : nullptr;
    return result;
}

bool Gate::Enter() {
    if ((state_.fetch_add(1, std::memory_order_acquire) & kShut) == 0) return true;
    Leave();
    return false;
}

void Gate::Leave() {
    if (state_.fetch_sub(1, std::memory_order_acq_rel) != (kShut | 1)) return;
    std::lock_guard<std::mutex> guard(lock_);
    empty_.notify_all();
}

void Gate::Shut() { state_.fetch_or(kShut, std::memory_order_acq_rel); }

void Gate::Drain() {
    std::unique_lock<std::mutex> guard(lock_);
    empty_.wait(guard, [this] { return state_.load(std::memory_order_acquire) == kShut; });
}

void MemoryLog::Logv(const char *format, va_list arguments) {
    char line[512];
    vsnprintf(line, sizeof line, format, arguments);
    std::lock_guard<std::mutex> guard(lock_);
    lines_.emplace_back(line);
    if (lines_.size() > kLineLimit) lines_.pop_front();
}

std::string MemoryLog::Text() {
    std::lock_guard<std::mutex> guard(lock_);
    std::string text;
    for (const auto &line : lines_) text += line + "\n";
    return text;
}

void FailureListener::Fail(const rocksdb::Status &status) {
    std::lock_guard<std::mutex> guard(lock_);
    if (result_ != MAGSTORE_OK || status.ok()) return;
    result_ = Translate(status);
    text_ = status.ToString();
    failed_.store(true, std::memory_order_release);
}

magstore_result FailureListener::Describe(char **message) {
    std::lock_guard<std::mutex> guard(lock_);
    return Report(result_, text_, message);
}

magstore_result FailureListener::Refuse(char **message) {
    std::lock_guard<std::mutex> guard(lock_);
    if (told_) return Report(MAGSTORE_CLOSED, "shut by an earlier error: " + text_, message);
    told_ = true;
    return Report(result_, text_, message);
}

rocksdb::DBOptions MakeDatabaseOptions(
    const magstore_options &options, const magstore_memory &memory, rocksdb::Env *environment) {
    rocksdb::DBOptions made;
    made.env = environment;
    made.create_if_missing = options.mode == MAGSTORE_CREATING;
    // A creation that was cut short is completed by the next opening.
    made.create_missing_column_families = true;
    made.paranoid_checks = true;
    // Together with our own scan of the logs, which runs before: see LogScan.swift.
    made.wal_recovery_mode = options.mode == MAGSTORE_READING_TORN
                                 ? rocksdb::WALRecoveryMode::kPointInTimeRecovery
                                 : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    made.max_total_wal_size = options.log_byte_count;
    made.max_open_files = options.max_open_files;
    made.max_background_flushes = options.flush_thread_count;
    made.max_background_compactions = options.compaction_thread_count;
    made.max_background_jobs = options.flush_thread_count + options.compaction_thread_count;
    made.max_subcompactions = 1;
    made.write_buffer_manager = memory.write_buffers;
    // The log has everything, synced: closing needs no flush, which a failing drive could not do anyway.
    made.avoid_flush_during_shutdown = true;
    // What was recovered is durable when the index is open.
    made.avoid_flush_during_recovery = false;
    // Lookups on event loops must not unlink files on behalf of others.
    made.avoid_unnecessary_blocking_io = true;
    made.max_bgerror_resume_count = 0;
    // Both would write into the database from a timer thread that all databases share.
    made.stats_dump_period_sec = 0;
    made.stats_persist_period_sec = 0;
    made.bytes_per_sync = 1 << 20;
    return made;
}

rocksdb::ColumnFamilyOptions MakeFamilyOptions(
    const magstore_family &family, const magstore_options &options, const magstore_memory &memory, double jitter) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = memory.cache;
    table.block_size = 16 << 10;
    table.cache_index_and_filter_blocks = true;
    table.cache_index_and_filter_blocks_with_high_priority = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.format_version = 5;
    table.checksum = rocksdb::kXXH3;

    rocksdb::ColumnFamilyOptions made;
    made.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    // Replicas that get the same writes must not flush at the same moment.
    made.write_buffer_size = static_cast<size_t>(static_cast<double>(family.write_buffer_byte_count) * jitter);
    // Otherwise an eighth of the buffer for every family that has a single row.
    made.arena_block_size = 64 << 10;
    // Room for a flush that takes its time.
    made.max_write_buffer_number = 4;
    made.compression = family.compresses ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
    made.target_file_size_base = options.table_byte_count;
    made.level_compaction_dynamic_level_bytes = true;
    // A write that waits for compactions would look like a slow drive.
    made.level0_slowdown_writes_trigger = 40;
    made.level0_stop_writes_trigger = 64;
    // Tables with many deleted rows are compacted soon, or scans would wade through them.
    made.table_properties_collector_factories.push_back(
        rocksdb::NewCompactOnDeletionCollectorFactory(8192, 4096, 0.5));
    if (family.blob_minimum_byte_count > 0) {
        made.enable_blob_files = true;
        made.min_blob_size = family.blob_minimum_byte_count;
        made.blob_file_size = 128 << 20;
        made.enable_blob_garbage_collection = true;
        made.blob_garbage_collection_age_cutoff = 0.25;
        made.blob_garbage_collection_force_threshold = 0.5;
        made.blob_cache = memory.cache;
    }
    return made;
}

}  // namespace magstore

extern "C" {

void magstore_free_message(char *message) { free(message); }

magstore_memory *magstore_memory_create(size_t cache_byte_count, size_t write_buffer_byte_count) {
    rocksdb::LRUCacheOptions options;
    options.capacity = cache_byte_count;
    options.high_pri_pool_ratio = 0.5;
    auto memory = new magstore_memory;
    memory->cache = rocksdb::NewLRUCache(options);
    memory->write_buffers = std::make_shared<rocksdb::WriteBufferManager>(write_buffer_byte_count, memory->cache);
    return memory;
}

void magstore_memory_release(magstore_memory *memory) { delete memory; }

size_t magstore_memory_usage(const magstore_memory *memory) { return memory->cache->GetUsage(); }

}  // extern "C"
