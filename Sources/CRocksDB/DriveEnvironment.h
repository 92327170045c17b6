#pragma once

#include <rocksdb/env.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace magstore {

// Threads for one kind of work of one drive, started when first needed.
class WorkQueue {
public:
    explicit WorkQueue(int limit) : limit_(limit) {}
    // Waits for running jobs.
    ~WorkQueue();

    void Schedule(void (*run)(void *), void *argument, void *tag, void (*cancel)(void *));
    // Cancels the waiting jobs with this tag, and says how many.
    int Cancel(void *tag);
    int limit() const { return limit_; }
    unsigned int waiting() const;

private:
    struct Job {
        void (*run)(void *);
        void *argument;
        void *tag;
        void (*cancel)(void *);
    };

    void Work();

    const int limit_;
    mutable std::mutex lock_;
    std::condition_variable wake_;
    std::deque<Job> jobs_;
    std::vector<std::thread> threads_;
    int idle_ = 0;
    bool ending_ = false;
};

// The operating system as RocksDB sees it, but with background threads of its own: RocksDB's default environment
// shares one pool among all databases, where one drive that hangs would starve the others' flushes.
class DriveEnvironment : public rocksdb::EnvWrapper {
public:
    DriveEnvironment(int flush_thread_count, int compaction_thread_count);

    void Schedule(void (*run)(void *), void *argument, Priority priority, void *tag, void (*cancel)(void *)) override;
    int UnSchedule(void *tag, Priority priority) override;
    unsigned int GetThreadPoolQueueLen(Priority priority) const override;
    void SetBackgroundThreads(int, Priority) override {}
    void IncBackgroundThreadsIfNeeded(int, Priority) override {}
    // None for Priority::BOTTOM, so that RocksDB uses LOW instead.
    int GetBackgroundThreads(Priority priority) override;
    int ReserveThreads(int, Priority) override { return 0; }
    int ReleaseThreads(int, Priority) override { return 0; }
    void LowerThreadPoolIOPriority(Priority) override {}
    void LowerThreadPoolCPUPriority(Priority) override {}
    rocksdb::Status LowerThreadPoolCPUPriority(Priority, rocksdb::CpuPriority) override;

private:
    WorkQueue &queue(Priority priority) { return priority == Priority::HIGH ? flushes_ : compactions_; }
    const WorkQueue &queue(Priority priority) const { return priority == Priority::HIGH ? flushes_ : compactions_; }

    WorkQueue flushes_;
    WorkQueue compactions_;
};

}  // namespace magstore
