#include "DriveEnvironment.h"

namespace magstore {

WorkQueue::~WorkQueue() {
    {
        std::lock_guard<std::mutex> guard(lock_);
        ending_ = true;
    }
    wake_.notify_all();
    for (auto &thread : threads_) thread.join();
}

void WorkQueue::Schedule(void (*run)(void *), void *argument, void *tag, void (*cancel)(void *)) {
    std::lock_guard<std::mutex> guard(lock_);
    jobs_.push_back({run, argument, tag, cancel});
    if (idle_ < static_cast<int>(jobs_.size()) && static_cast<int>(threads_.size()) < limit_) {
        threads_.emplace_back([this] { Work(); });
    }
    wake_.notify_one();
}

int WorkQueue::Cancel(void *tag) {
    std::vector<Job> cancelled;
    {
        std::lock_guard<std::mutex> guard(lock_);
        std::deque<Job> kept;
        for (auto &job : jobs_) {
            if (job.tag == tag) {
                cancelled.push_back(job);
            } else {
                kept.push_back(job);
            }
        }
        jobs_.swap(kept);
    }
    for (auto &job : cancelled) {
        if (job.cancel != nullptr) job.cancel(job.argument);
    }
    return static_cast<int>(cancelled.size());
}

unsigned int WorkQueue::waiting() const {
    std::lock_guard<std::mutex> guard(lock_);
    return static_cast<unsigned int>(jobs_.size());
}

void WorkQueue::Work() {
    std::unique_lock<std::mutex> guard(lock_);
    while (true) {
        idle_ += 1;
        wake_.wait(guard, [this] { return ending_ || !jobs_.empty(); });
        idle_ -= 1;
        if (jobs_.empty()) return;
        Job job = jobs_.front();
        jobs_.pop_front();
        guard.unlock();
        job.run(job.argument);
        guard.lock();
    }
}

DriveEnvironment::DriveEnvironment(int flush_thread_count, int compaction_thread_count)
    : rocksdb::EnvWrapper(rocksdb::Env::Default()),
      // One more, for unlinking what iterators held, which RocksDB does at this priority, too.
      flushes_(flush_thread_count + 1),
      compactions_(compaction_thread_count) {}

void DriveEnvironment::Schedule(
    void (*run)(void *), void *argument, Priority priority, void *tag, void (*cancel)(void *)) {
    queue(priority).Schedule(run, argument, tag, cancel);
}

int DriveEnvironment::UnSchedule(void *tag, Priority priority) { return queue(priority).Cancel(tag); }

unsigned int DriveEnvironment::GetThreadPoolQueueLen(Priority priority) const { return queue(priority).waiting(); }

int DriveEnvironment::GetBackgroundThreads(Priority priority) {
    return priority == Priority::BOTTOM ? 0 : queue(priority).limit();
}

rocksdb::Status DriveEnvironment::LowerThreadPoolCPUPriority(Priority, rocksdb::CpuPriority) {
    return rocksdb::Status::OK();
}

}  // namespace magstore
