#include <fcntl.h>
#include <rocksdb/convenience.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <limits>

#include "Database.h"

using magstore::Report;
using magstore::Visit;

namespace {

constexpr const char *kClosed = "the index was closed";

// Between 0.85 and 1.15, by path.
double Jitter(const std::string &path) {
    return 0.85 + 0.3 * static_cast<double>(std::hash<std::string>{}(path) % 1024) / 1024;
}

// The entry of a new index in its parent directory.
rocksdb::Status SyncParent(rocksdb::Env &environment, const std::string &path) {
    auto slash = path.find_last_of('/');
    std::string parent = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    std::unique_ptr<rocksdb::Directory> directory;
    auto status = environment.NewDirectory(parent, &directory);
    return status.ok() ? directory->Fsync() : status;
}

// RocksDB notices a blob file that is missing or short only when it is read.
rocksdb::Status LookForFiles(rocksdb::DB &database) {
    rocksdb::LiveFilesStorageInfoOptions options;
    options.wal_size_for_flush = std::numeric_limits<uint64_t>::max();
    std::vector<rocksdb::LiveFileStorageInfo> files;
    auto status = database.GetLiveFilesStorageInfo(options, &files);
    for (const auto &file : files) {
        if (file.file_type != rocksdb::kTableFile && file.file_type != rocksdb::kBlobFile) continue;
        uint64_t size = 0;
        auto found = database.GetEnv()->GetFileSize(file.directory + "/" + file.relative_filename, &size);
        if (found.IsNotFound() || found.IsPathNotFound() || (found.ok() && size < file.size)) {
            return rocksdb::Status::Corruption(file.relative_filename, "is missing or too short");
        }
        if (!found.ok()) return found;
    }
    return status;
}

// A compaction that ends meanwhile would remove files that were just listed: none goes while they are looked for.
rocksdb::Status CheckFiles(rocksdb::DB &database) {
    auto status = database.DisableFileDeletions();
    if (!status.ok()) return status;
    auto found = LookForFiles(database);
    status = database.EnableFileDeletions(/*force=*/false);
    return found.ok() ? status : found;
}

rocksdb::Status Open(
    magstore_index &index, const std::string &path, magstore_memory &memory, const magstore_options &options,
    const magstore_family *families, size_t family_count) {
    double jitter = Jitter(path);
    auto database_options = magstore::MakeDatabaseOptions(options, memory, index.environment.get());
    database_options.info_log = index.log;
    database_options.listeners.push_back(index.failure);
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    magstore_family unused = {"default", 1 << 20, 0, false};
    descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, magstore::MakeFamilyOptions(unused, options, memory, 1));
    for (size_t number = 0; number < family_count; number++) {
        descriptors.emplace_back(
            families[number].name, magstore::MakeFamilyOptions(families[number], options, memory, jitter));
    }
    rocksdb::DB *database = nullptr;
    bool reads_only = options.mode == MAGSTORE_READING || options.mode == MAGSTORE_READING_TORN;
    auto status = reads_only
                      ? rocksdb::DB::OpenForReadOnly(database_options, path, descriptors, &index.families, &database)
                      : rocksdb::DB::Open(database_options, path, descriptors, &index.families, &database);
    index.database.reset(database);
    // Of a damaged index every row counts that can still be read.
    if (status.ok() && !reads_only) status = CheckFiles(*database);
    if (status.ok() && options.mode == MAGSTORE_CREATING) status = SyncParent(*index.environment, path);
    return status;
}

// The first operation of a batch, taken off its front; false at the end.
struct Operation {
    bool deletes;
    uint8_t family;
    rocksdb::Slice key;
    rocksdb::Slice value;

    bool Take(rocksdb::Slice &rest) {
        constexpr size_t kHeader = 10;
        if (rest.size() < kHeader) return false;
        uint32_t key_size, value_size;
        memcpy(&key_size, rest.data() + 2, 4);
        memcpy(&value_size, rest.data() + 6, 4);
        deletes = rest[0] == 1;
        family = static_cast<uint8_t>(rest[1]);
        key = rocksdb::Slice(rest.data() + kHeader, key_size);
        value = rocksdb::Slice(key.data() + key_size, value_size);
        rest.remove_prefix(kHeader + key_size + value_size);
        return true;
    }
};

// Ends every batch in the log, and nowhere else: no record ends in a zero, so that zeros at the end of a log are
// sectors that were never written. See LogScan.swift.
constexpr const char *kEndMark = "\xE0\xB5\xE0\xB5";

}  // namespace

struct magstore_lock {
    rocksdb::Env *environment;
    rocksdb::FileLock *lock;
};

extern "C" {

magstore_result magstore_lock_acquire(const char *path, magstore_lock **lock, char **message) {
    auto environment = rocksdb::Env::Default();
    rocksdb::FileLock *taken = nullptr;
    auto status = environment->LockFile(std::string(path) + "/LOCK", &taken);
    *lock = status.ok() ? new magstore_lock{environment, taken} : nullptr;
    return Report(status, message);
}

void magstore_lock_release(magstore_lock *lock) {
    lock->environment->UnlockFile(lock->lock).PermitUncheckedError();
    delete lock;
}

magstore_result magstore_index_open(
    const char *path, magstore_memory *memory, const magstore_options *options, const magstore_family *families,
    size_t family_count, magstore_index **index, char **message) {
    auto made = std::make_unique<magstore_index>();
    made->environment = std::make_unique<magstore::DriveEnvironment>(
        options->flush_thread_count, options->compaction_thread_count);
    made->log = std::make_shared<magstore::MemoryLog>();
    made->failure = std::make_shared<magstore::FailureListener>();
    made->tidied = std::vector<std::atomic<int64_t>>(family_count + 1);
    *index = nullptr;
    auto status = Open(*made, path, *memory, *options, families, family_count);
    if (!status.ok()) {
        magstore_index_close(made.get());
        // A file is missing that the manifest names.
        if (status.IsPathNotFound()) return Report(MAGSTORE_CORRUPT, status.ToString(), message);
        // RocksDB says so when the index has families that were not asked for.
        if (status.IsInvalidArgument()) {
            return Report(MAGSTORE_INPUT_OUTPUT, "made by another version: " + status.ToString(), message);
        }
        return Report(status, message);
    }
    *index = made.release();
    return Report(status, message);
}

void magstore_index_close(magstore_index *index) {
    std::lock_guard<std::mutex> closing(index->closing);
    index->gate.Shut();
    if (index->database == nullptr || index->abandoned) return;
    index->gate.Drain();
    {
        std::lock_guard<std::mutex> guard(index->lock);
        for (auto cursor : index->cursors) {
            cursor->iterator.reset();
            if (cursor->is_released) delete cursor;
        }
        for (auto snapshot : index->snapshots) {
            index->database->ReleaseSnapshot(snapshot->state);
            snapshot->state = nullptr;
            if (snapshot->is_released) delete snapshot;
        }
        index->cursors.clear();
        index->snapshots.clear();
    }
    for (auto family : index->families) index->database->DestroyColumnFamilyHandle(family).PermitUncheckedError();
    index->families.clear();
    index->database->Close().PermitUncheckedError();
    index->database.reset();
    index->environment.reset();
}

void magstore_index_abandon(magstore_index *index) {
    index->gate.Shut();
    index->abandoned = true;
}

void magstore_index_release(magstore_index *index) {
    if (index->abandoned) return;
    magstore_index_close(index);
    delete index;
}

magstore_result magstore_index_write(
    magstore_index *index, const uint8_t *operations, size_t byte_count, char **message) {
    Visit visit(index->gate);
    if (!visit) return Report(MAGSTORE_CLOSED, kClosed, message);
    if (index->failure->failed()) return index->failure->Refuse(message);
    // Each entry carries a checksum of itself until it is in the memtable.
    rocksdb::WriteBatch batch(byte_count + 64, 0, 8, 0);
    rocksdb::Slice rest(reinterpret_cast<const char *>(operations), byte_count);
    Operation operation;
    rocksdb::Status status;
    while (status.ok() && operation.Take(rest)) {
        auto family = index->families[operation.family];
        status = operation.deletes ? batch.Delete(family, operation.key)
                                   : batch.Put(family, operation.key, operation.value);
    }
    if (status.ok()) status = batch.PutLogData(kEndMark);
    rocksdb::WriteOptions synced;
    synced.sync = true;
    if (status.ok()) status = index->database->Write(synced, &batch);
    if (status.ok()) return Report(status, message);
    index->failure->Fail(status);
    return index->failure->Refuse(message);
}

magstore_result magstore_index_failure(magstore_index *index, char **message) {
    return index->failure->Describe(message);
}

magstore_result magstore_index_usage(magstore_index *index, magstore_usage *usage, char **message) {
    Visit visit(index->gate);
    if (!visit) return Report(MAGSTORE_CLOSED, kClosed, message);
    auto &database = *index->database;
    auto sum = [&](const std::string &property) {
        uint64_t value = 0;
        database.GetAggregatedIntProperty(property, &value);
        return value;
    };
    usage->table_byte_count = sum(rocksdb::DB::Properties::kLiveSstFilesSize);
    usage->blob_byte_count = sum(rocksdb::DB::Properties::kLiveBlobFileSize);
    usage->blob_garbage_byte_count = sum(rocksdb::DB::Properties::kLiveBlobFileGarbageSize);
    usage->memory_byte_count = sum(rocksdb::DB::Properties::kSizeAllMemTables);
    usage->pending_compaction_byte_count = sum(rocksdb::DB::Properties::kEstimatePendingCompactionBytes);
    usage->log_byte_count = 0;
    rocksdb::VectorLogPtr logs;
    auto status = database.GetSortedWalFiles(logs);
    if (!status.ok()) return Report(status, message);
    for (const auto &log : logs) usage->log_byte_count += log->SizeFileBytes();
    return Report(status, message);
}

magstore_result magstore_index_approximate_size(
    magstore_index *index, uint8_t family, const uint8_t *lower, size_t lower_byte_count, const uint8_t *upper,
    size_t upper_byte_count, uint64_t *byte_count, char **message) {
    Visit visit(index->gate);
    if (!visit) return Report(MAGSTORE_CLOSED, kClosed, message);
    rocksdb::Range range(
        rocksdb::Slice(reinterpret_cast<const char *>(lower), lower_byte_count),
        rocksdb::Slice(reinterpret_cast<const char *>(upper), upper_byte_count));
    rocksdb::SizeApproximationOptions options;
    options.include_memtables = true;
    return Report(
        index->database->GetApproximateSizes(options, index->families[family], &range, 1, byte_count), message);
}

magstore_result magstore_index_flush(magstore_index *index, char **message) {
    Visit visit(index->gate);
    if (!visit) return Report(MAGSTORE_CLOSED, kClosed, message);
    return Report(index->database->Flush(rocksdb::FlushOptions(), index->families), message);
}

magstore_result magstore_index_compact(magstore_index *index, uint8_t family, char **message) {
    Visit visit(index->gate);
    if (!visit) return Report(MAGSTORE_CLOSED, kClosed, message);
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    options.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kForce;
    options.blob_garbage_collection_age_cutoff = 1;
    auto &database = *index->database;
    auto *handle = index->families[family];
    auto status = database.CompactRange(options, handle, nullptr, nullptr);
    // A compaction of RocksDB's own may have moved the rows on after the levels to compact were chosen: then nothing was
    // left to do there, and a second pass finds them where they came to rest.
    uint64_t garbage = 0;
    database.GetIntProperty(handle, rocksdb::DB::Properties::kLiveBlobFileGarbageSize, &garbage);
    if (status.ok() && garbage > 0) status = database.CompactRange(options, handle, nullptr, nullptr);
    return Report(status, message);
}

magstore_result magstore_index_verify_tables(magstore_index *index, char **message) {
    Visit visit(index->gate);
    if (!visit) return Report(MAGSTORE_CLOSED, kClosed, message);
    return Report(index->database->VerifyChecksum(), message);
}

magstore_result magstore_index_files(magstore_index *index, magstore_sink sink, void *context, char **message) {
    Visit visit(index->gate);
    if (!visit) return Report(MAGSTORE_CLOSED, kClosed, message);
    std::vector<rocksdb::ColumnFamilyMetaData> families;
    index->database->GetAllColumnFamilyMetaData(&families);
    std::string names;
    auto add = [&names](const std::string &name) { names += name.substr(name.find_last_of('/') + 1) + "\n"; };
    for (auto &family : families) {
        for (auto &level : family.levels) {
            for (auto &file : level.files) add(file.name);
        }
        for (auto &file : family.blob_files) add(file.blob_file_name);
    }
    sink(context, reinterpret_cast<const uint8_t *>(names.data()), names.size());
    return Report(MAGSTORE_OK, "", message);
}

magstore_result magstore_index_verify_file(magstore_index *index, const char *name, char **message) {
    Visit visit(index->gate);
    if (!visit) return Report(MAGSTORE_CLOSED, kClosed, message);
    auto path = index->database->GetName() + "/" + name;
    int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        if (errno == ENOENT) return Report(MAGSTORE_ABSENT, "", message);
        return Report(rocksdb::Status::IOError(path, strerror(errno)), message);
    }
    // Files of an index are written once and synced: all of their pages are clean, and go.
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
    close(descriptor);
    if (path.size() < 4 || path.compare(path.size() - 4, 4, ".sst") != 0) return Report(MAGSTORE_OK, "", message);
    rocksdb::Options options;
    options.env = index->environment.get();
    rocksdb::BlockBasedTableOptions table;
    table.no_block_cache = true;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::SstFileReader reader(options);
    auto status = reader.Open(path);
    if (status.ok()) status = reader.VerifyChecksum(rocksdb::ReadOptions());
    if (status.IsPathNotFound()) return Report(MAGSTORE_ABSENT, "", message);
    return Report(status, message);
}

void magstore_index_recent_log(magstore_index *index, magstore_sink sink, void *context) {
    auto text = index->log->Text();
    sink(context, reinterpret_cast<const uint8_t *>(text.data()), text.size());
}

}  // extern "C"
