package import HTTPService
import NIOCore
import Synchronization

/// Counts requests from what the access log is told: with their whole duration and bytes, the answer's body included.
package final class RequestMetrics: AccessLogSink {
    /// Upper bounds in seconds, from an answer out of memory to a gigabyte over a slow line.
    static let bounds: [Double] = [
        0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
    ]

    private struct Outcome: Hashable {
        var operation: String
        /// `2xx`, or `none` for a client that vanished before the answer.
        var statusClass: String
    }

    private struct Histogram {
        /// Of each bound and of what lies beyond them; not cumulative.
        var counts = [UInt64](repeating: 0, count: RequestMetrics.bounds.count + 1)
        var sum = 0.0

        mutating func record(_ seconds: Double) {
            counts[RequestMetrics.bounds.firstIndex { seconds <= $0 } ?? RequestMetrics.bounds.count] += 1
            sum += seconds
        }
    }

    private struct State {
        var requests: [Outcome: UInt64] = [:]
        var errors: [String: UInt64] = [:]
        var durations: [String: Histogram] = [:]
        var bytesIn: UInt64 = 0
        var bytesOut: UInt64 = 0
        var incomplete: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    package func record(_ entry: AccessLogEntry) {
        let operation = entry.fields.first { $0.name == "operation" }?.value ?? "none"
        let error = entry.fields.first { $0.name == "error" }?.value
        let outcome = Outcome(operation: operation, statusClass: "\(entry.status / 100)xx")
        let seconds = Double(entry.duration.nanoseconds) / 1e9
        state.withLock { state in
            state.requests[outcome, default: 0] += 1
            if let error { state.errors[error, default: 0] += 1 }
            state.durations[operation, default: Histogram()].record(seconds)
            state.bytesIn += UInt64(entry.bytesIn)
            state.bytesOut += UInt64(entry.bytesOut)
            if !entry.isComplete { state.incomplete += 1 }
        }
    }

    func write(to text: inout MetricText) {
        let state = state.withLock { $0 }
        let requests = state.requests.sorted {
            ($0.key.operation, $0.key.statusClass) < ($1.key.operation, $1.key.statusClass)
        }
        text.write(
            MetricFamily(
                "magstore_http_requests_total", help: "Requests answered, by operation and class of status.",
                kind: .counter,
                samples: requests.map { outcome, count in
                    MetricFamily.Sample(
                        Double(count),
                        labels: [.init("operation", outcome.operation), .init("status", outcome.statusClass)])
                }))
        text.write(
            MetricFamily(
                "magstore_http_errors_total", help: "Errors answered, by S3's code.", kind: .counter,
                samples: state.errors.sorted { $0.key < $1.key }.map { code, count in
                    MetricFamily.Sample(Double(count), labels: [.init("code", code)])
                }))
        for (name, help, value) in [
            ("magstore_http_request_body_bytes_total", "Bytes of request bodies.", state.bytesIn),
            ("magstore_http_response_body_bytes_total", "Bytes of response bodies.", state.bytesOut),
            (
                "magstore_http_incomplete_total", "Requests whose client vanished or whose answer broke off.",
                state.incomplete
            ),
        ] {
            text.write(MetricFamily(name, help: help, kind: .counter, samples: [.init(Double(value))]))
        }
        write(state.durations, to: &text)
    }

    private func write(_ durations: [String: Histogram], to text: inout MetricText) {
        let name = "magstore_http_request_duration_seconds"
        text.head(name, "From the request's head to the end of its answer.", "histogram")
        for (operation, histogram) in durations.sorted(by: { $0.key < $1.key }) {
            let label = MetricFamily.Label("operation", operation)
            var cumulated: UInt64 = 0
            for (bound, count) in zip(Self.bounds + [.infinity], histogram.counts) {
                cumulated += count
                text.sample(
                    name + "_bucket", [label, .init("le", MetricText.number(bound))], Double(cumulated))
            }
            text.sample(name + "_sum", [label], histogram.sum)
            text.sample(name + "_count", [label], Double(cumulated))
        }
    }
}
