#define _GNU_SOURCE
#include "CPosix.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

ssize_t magstore_pread_cached(int descriptor, void *bytes, size_t count, off_t offset) {
    struct iovec vector = {bytes, count};
    return preadv2(descriptor, &vector, 1, offset, RWF_NOWAIT);
}

int magstore_direct_flag(void) { return O_DIRECT; }

int magstore_start_write_back(int descriptor, off_t offset, off_t count) {
    return sync_file_range(descriptor, offset, count, SYNC_FILE_RANGE_WRITE);
}

int magstore_is_mount_root(const char *path) {
#ifdef STATX_ATTR_MOUNT_ROOT
    struct statx status;
    if (statx(AT_FDCWD, path, 0, 0, &status) != 0) {
        return -1;
    }
    if (status.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) {
        return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
    }
#endif
    errno = ENOSYS;
    return -1;
}

void magstore_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

int magstore_sync_file_system(int descriptor) { return syncfs(descriptor); }
