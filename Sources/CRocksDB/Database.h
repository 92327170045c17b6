#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/write_buffer_manager.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "CRocksDB.h"
#include "DriveEnvironment.h"

struct magstore_memory {
    std::shared_ptr<rocksdb::Cache> cache;
    std::shared_ptr<rocksdb::WriteBufferManager> write_buffers;
};

namespace magstore {

magstore_result Translate(const rocksdb::Status &status);
// Translates, and leaves the text of a failure in `message`.
magstore_result Report(const rocksdb::Status &status, char **message);
magstore_result Report(magstore_result result, const std::string &text, char **message);

// Counts the calls that are under way, so that closing can wait for them and later ones are turned away.
class Gate {
public:
    bool Enter();
    void Leave();
    // Turns callers away from now on.
    void Shut();
    // Waits until the last one has left.
    void Drain();

private:
    static constexpr uint64_t kShut = uint64_t(1) << 63;
    std::atomic<uint64_t> state_{0};
    std::mutex lock_;
    std::condition_variable empty_;
};

class Visit {
public:
    explicit Visit(Gate &gate) : gate_(gate), admitted_(gate.Enter()) {}
    ~Visit() {
        if (admitted_) gate_.Leave();
    }
    explicit operator bool() const { return admitted_; }

private:
    Gate &gate_;
    const bool admitted_;
};

// RocksDB's own log, in memory: it is written under the database's mutex, where a hung drive would stop lookups that
// need no disk.
class MemoryLog : public rocksdb::Logger {
public:
    using rocksdb::Logger::Logv;
    void Logv(const char *format, va_list arguments) override;
    std::string Text();

private:
    static constexpr size_t kLineLimit = 200;
    std::mutex lock_;
    std::deque<std::string> lines_;
};

// Remembers the first failure: from then on the index takes no writes. RocksDB's automatic recovery is vetoed, since
// it resumes behind a gap in the log.
class FailureListener : public rocksdb::EventListener {
public:
    void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status *status) override { Fail(*status); }
    void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool *auto_recovery) override {
        *auto_recovery = false;
    }

    void Fail(const rocksdb::Status &status);
    bool failed() const { return failed_.load(std::memory_order_acquire); }
    magstore_result Describe(char **message);
    // As Describe the first time, MAGSTORE_CLOSED afterwards.
    magstore_result Refuse(char **message);

private:
    std::atomic<bool> failed_{false};
    std::mutex lock_;
    magstore_result result_ = MAGSTORE_OK;
    std::string text_;
    bool told_ = false;
};

rocksdb::DBOptions MakeDatabaseOptions(
    const magstore_options &options, const magstore_memory &memory, rocksdb::Env *environment);
rocksdb::ColumnFamilyOptions MakeFamilyOptions(
    const magstore_family &family, const magstore_options &options, const magstore_memory &memory, double jitter);

}  // namespace magstore

struct magstore_snapshot {
    // Null once the index was closed.
    const rocksdb::Snapshot *state = nullptr;
    bool is_released = false;
};

struct magstore_index {
    magstore::Gate gate;
    std::mutex closing;
    std::atomic<bool> abandoned{false};
    // Outlives the database, which uses it to its end.
    std::unique_ptr<magstore::DriveEnvironment> environment;
    std::shared_ptr<magstore::MemoryLog> log;
    std::shared_ptr<magstore::FailureListener> failure;
    std::unique_ptr<rocksdb::DB> database;
    // By number; the unused default family at 0.
    std::vector<rocksdb::ColumnFamilyHandle *> families;
    // When a scan last asked for a family's tombstones to be removed, in seconds.
    std::vector<std::atomic<int64_t>> tidied;

    std::mutex lock;
    std::unordered_set<magstore_snapshot *> snapshots;
    std::unordered_set<magstore_cursor *> cursors;
};

struct magstore_cursor {
    magstore_index *index;
    uint8_t family;
    std::string lower;
    std::string upper;
    bool is_bounded;
    rocksdb::Slice lower_bound;
    rocksdb::Slice upper_bound;
    // Null once the index was closed.
    std::unique_ptr<rocksdb::Iterator> iterator;
    // The iterator is on the row to be returned next, not on the one returned last.
    bool is_ahead = false;
    bool is_positioned = false;
    bool is_released = false;
};
