/// What a run of all clients came to.
struct Measurement {
    let operation: String
    let clients: Int
    let seconds: Double
    let operations: Int
    let bytes: Int
    /// Milliseconds.
    let p50: Double
    let p99: Double
    let serverCPUSeconds: Double?
    let serverPeakBytes: Int?
    let ownCPUSeconds: Double

    /// - Parameter latencies: Nanoseconds, in any order.
    init(
        operation: String, clients: Int, seconds: Double, latencies: [UInt64], bytes: Int,
        serverCPUSeconds: Double?, serverPeakBytes: Int?, ownCPUSeconds: Double
    ) {
        self.operation = operation
        self.clients = clients
        self.seconds = seconds
        self.operations = latencies.count
        self.bytes = bytes
        let sorted = latencies.sorted()
        func percentile(_ fraction: Double) -> Double {
            guard !sorted.isEmpty else { return 0 }
            return Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * fraction))]) / 1e6
        }
        p50 = percentile(0.5)
        p99 = percentile(0.99)
        self.serverCPUSeconds = serverCPUSeconds
        self.serverPeakBytes = serverPeakBytes
        self.ownCPUSeconds = ownCPUSeconds
    }

    /// One line, for the script that draws the table.
    var json: String {
        func number(_ value: Double?) -> String { value.map { String($0) } ?? "null" }
        let fields = [
            "\"operation\": \"\(operation)\"", "\"clients\": \(clients)", "\"seconds\": \(seconds)",
            "\"operations\": \(operations)", "\"bytes\": \(bytes)", "\"p50_ms\": \(p50)", "\"p99_ms\": \(p99)",
            "\"server_cpu_seconds\": \(number(serverCPUSeconds))",
            "\"server_peak_bytes\": \(serverPeakBytes.map { String($0) } ?? "null")",
            "\"own_cpu_seconds\": \(ownCPUSeconds)",
        ]
        return "{" + fields.joined(separator: ", ") + "}"
    }
}
