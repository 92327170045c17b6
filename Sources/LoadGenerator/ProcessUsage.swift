import Glibc

/// Processor time and memory of a process, from /proc.
struct ProcessUsage {
    /// In user and kernel mode together, of all its threads.
    let cpuSeconds: Double
    /// The most memory it had at once since the last reset, resident.
    let peakBytes: Int

    /// Nil when there is no such process.
    init?(of process: Int) {
        guard let stat = Self.read("/proc/\(process)/stat"), let status = Self.read("/proc/\(process)/status") else {
            return nil
        }
        // The second field is the program's name and may hold anything; the fields after its last ")" are numbers.
        guard let name = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[name...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return nil }
        cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        peakBytes = (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }

    /// Makes the peak of a process start again from what it has now.
    static func resetPeak(of process: Int) {
        guard let file = fopen("/proc/\(process)/clear_refs", "w") else { return }
        fputs("5", file)
        fclose(file)
    }

    /// What this program used itself.
    static var ownCPUSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
