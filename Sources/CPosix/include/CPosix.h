#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Calls and constants of Linux that Swift cannot import, or imports only in part. All return -1 and set errno.

/// preadv2 with RWF_NOWAIT: only what is in the page cache, EAGAIN otherwise.
ssize_t magstore_pread_cached(int descriptor, void *bytes, size_t count, off_t offset);

/// O_DIRECT, which the C library declares for GNU sources only.
int magstore_direct_flag(void);

/// sync_file_range with SYNC_FILE_RANGE_WRITE: starts writing dirty pages to the disk, makes nothing durable.
int magstore_start_write_back(int descriptor, off_t offset, off_t count);

/// Whether a path is the root of a mount, bind mounts included: 1, 0, or -1 with ENOSYS where the kernel cannot tell.
int magstore_is_mount_root(const char *path);

/// pthread_setname_np for the calling thread. Linux keeps 15 bytes.
void magstore_name_thread(const char *name);

/// syncfs: makes everything durable on the file system that the open file is on.
int magstore_sync_file_system(int descriptor);
