import Glibc

/// How much memory this process may use.
enum MachineMemory {
    /// Bytes: the machine's, or less in a container with a limit.
    static var byteCount: Int {
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
            .compactMap { path -> Int? in
                // "max" where there is none, and no file where there are no groups.
                guard let text = try? TextFile.read(path) else { return nil }
                return Int(text.prefix { $0.isNumber })
            }
        return limits.reduce(machine, min)
    }
}
