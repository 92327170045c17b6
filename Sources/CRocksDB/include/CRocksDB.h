// What the index needs of RocksDB, in C: its own C API has no event listener, no write-buffer manager and no
// environment of our own. Policy is the caller's; here are the mechanics, and the one place where lifetimes meet.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    MAGSTORE_OK = 0,
    // There is no such row.
    MAGSTORE_ABSENT,
    // Only the disk knows.
    MAGSTORE_UNKNOWN,
    MAGSTORE_CORRUPT,
    MAGSTORE_INPUT_OUTPUT,
    MAGSTORE_FULL,
    // Closed, or shut for writes by an earlier error.
    MAGSTORE_CLOSED,
} magstore_result;

// Where a call takes `char **message`, a failure leaves a text there, to be freed with magstore_free_message.
void magstore_free_message(char *message);

// MARK: The memory that all indexes of the process share

typedef struct magstore_memory magstore_memory;

// The cache is charged for the write buffers, so its size bounds both.
magstore_memory *magstore_memory_create(size_t cache_byte_count, size_t write_buffer_byte_count);
void magstore_memory_release(magstore_memory *memory);
size_t magstore_memory_usage(const magstore_memory *memory);

// MARK: Opening and closing

typedef struct magstore_index magstore_index;

typedef struct {
    const char *name;
    size_t write_buffer_byte_count;
    // Values from this size on are kept in blob files; 0: none are.
    uint64_t blob_minimum_byte_count;
    bool compresses;
} magstore_family;

typedef enum {
    MAGSTORE_EXISTING = 0,
    MAGSTORE_CREATING,
    // Nothing is written, not even a lock: somebody else must see to it that nobody writes meanwhile.
    MAGSTORE_READING,
    // The same, up to a record that was torn by a power cut, as a look through the logs has shown.
    MAGSTORE_READING_TORN,
} magstore_mode;

typedef struct {
    magstore_mode mode;
    // Write-ahead logs beyond this flush what holds them.
    uint64_t log_byte_count;
    uint64_t table_byte_count;
    int max_open_files;
    int flush_thread_count;
    int compaction_thread_count;
} magstore_options;

// RocksDB's own lock on an index, for looking through its files while nobody has it open.
typedef struct magstore_lock magstore_lock;
magstore_result magstore_lock_acquire(const char *path, magstore_lock **lock, char **message);
void magstore_lock_release(magstore_lock *lock);

// Families are numbered from 1, as they are given.
magstore_result magstore_index_open(
    const char *path, magstore_memory *memory, const magstore_options *options, const magstore_family *families,
    size_t family_count, magstore_index **index, char **message);
// Waits for calls that are under way, then ends the database; every later call answers MAGSTORE_CLOSED. Snapshots and
// cursors stay valid handles, to be released.
void magstore_index_close(magstore_index *index);
// Gives up an index whose drive hangs: later calls answer MAGSTORE_CLOSED, and nothing is ever freed.
void magstore_index_abandon(magstore_index *index);
// Closes unless abandoned, and frees the handle. Nothing else may use it any more.
void magstore_index_release(magstore_index *index);

// MARK: Writing

// Applies all operations or none, synced. `operations` are rows of: one byte 0 (put) or 1 (delete), one byte family,
// byte counts of key and value (four bytes each, native order), key, value.
magstore_result magstore_index_write(
    magstore_index *index, const uint8_t *operations, size_t byte_count, char **message);
// What shut the index for writes: MAGSTORE_OK when nothing did. Takes no lock but its own.
magstore_result magstore_index_failure(magstore_index *index, char **message);

// MARK: Reading

typedef struct magstore_snapshot magstore_snapshot;
typedef struct magstore_cursor magstore_cursor;
typedef void (*magstore_sink)(void *context, const uint8_t *bytes, size_t byte_count);

magstore_result magstore_snapshot_create(magstore_index *index, magstore_snapshot **snapshot, char **message);
void magstore_snapshot_release(magstore_index *index, magstore_snapshot *snapshot);

// Hands the value to `sink`. `snapshot` may be null; `cached` never reads from the disk.
magstore_result magstore_index_get(
    magstore_index *index, const magstore_snapshot *snapshot, uint8_t family, const uint8_t *key, size_t key_byte_count,
    bool cached, magstore_sink sink, void *context, char **message);

typedef struct {
    const uint8_t *key;
    size_t key_byte_count;
    const uint8_t *value;
    size_t value_byte_count;
} magstore_row;

// Unless `is_bounded`, to the end of the family. `scans` keeps what is read out of the cache.
magstore_result magstore_cursor_create(
    magstore_index *index, const magstore_snapshot *snapshot, uint8_t family, const uint8_t *lower,
    size_t lower_byte_count, bool is_bounded, const uint8_t *upper, size_t upper_byte_count, bool scans,
    magstore_cursor **cursor, char **message);
// MAGSTORE_OK and a row that is valid until the cursor's next call, or MAGSTORE_ABSENT at the end.
magstore_result magstore_cursor_next(magstore_cursor *cursor, magstore_row *row, char **message);
magstore_result magstore_cursor_seek(
    magstore_cursor *cursor, const uint8_t *key, size_t key_byte_count, char **message);
void magstore_cursor_release(magstore_cursor *cursor);

// MARK: Care

typedef struct {
    uint64_t table_byte_count;
    uint64_t blob_byte_count;
    uint64_t blob_garbage_byte_count;
    uint64_t log_byte_count;
    uint64_t memory_byte_count;
    uint64_t pending_compaction_byte_count;
} magstore_usage;

magstore_result magstore_index_usage(magstore_index *index, magstore_usage *usage, char **message);
magstore_result magstore_index_approximate_size(
    magstore_index *index, uint8_t family, const uint8_t *lower, size_t lower_byte_count, const uint8_t *upper,
    size_t upper_byte_count, uint64_t *byte_count, char **message);
magstore_result magstore_index_flush(magstore_index *index, char **message);
// Rewrites a family without its deleted rows and blobs.
magstore_result magstore_index_compact(magstore_index *index, uint8_t family, char **message);
// Checks every block of every table, also of rows that are no longer visible.
magstore_result magstore_index_verify_tables(magstore_index *index, char **message);
// Names of the table and blob files in use, each ended by a line feed.
magstore_result magstore_index_files(magstore_index *index, magstore_sink sink, void *context, char **message);
// Drops what the system has of a file in memory, and checks every block of a table as it is on the disk. The values of
// a blob file are checked when they are read. MAGSTORE_ABSENT: there is no such file.
magstore_result magstore_index_verify_file(magstore_index *index, const char *name, char **message);
// The newest lines of RocksDB's own log, which is kept in memory only.
void magstore_index_recent_log(magstore_index *index, magstore_sink sink, void *context);

#ifdef __cplusplus
}
#endif
