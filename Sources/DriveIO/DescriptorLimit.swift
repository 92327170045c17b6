internal import Glibc

/// How many files and connections this process may have open.
package struct DescriptorLimit: Hashable, Sendable {
    package var soft: UInt64
    package var hard: UInt64

    /// Raises the soft limit to the hard one: the default of 1,024 is for programs that use `select`.
    ///
    /// - Returns: the limits now in force.
    package static func raise() -> DescriptorLimit {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return DescriptorLimit(soft: 1024, hard: 1024)
        }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        return DescriptorLimit(soft: UInt64(limit.rlim_cur), hard: UInt64(limit.rlim_max))
    }
}
