import AdminServer
import HTTPService
import MetadataIndex
import StorageAPI

/// What there is to measure beyond requests, asked for at every scrape.
enum Gauges {
    static func families(_ sets: [SetStatus]) -> [MetricFamily] {
        func family(
            _ name: String, _ help: String, _ kind: MetricFamily.Kind = .gauge, _ value: (SetStatus) -> Double
        ) -> MetricFamily {
            MetricFamily(
                name, help: help, kind: kind,
                samples: sets.map { MetricFamily.Sample(value($0), labels: [.init("set", $0.name)]) })
        }
        return [
            family("magstore_set_drives", "Drives that belong to the set.") { Double($0.drives.count) },
            family("magstore_set_drives_in", "Drives that are members of the set.") { Double($0.memberCount) },
            family("magstore_set_drives_out", "Drives that are missing or were put out.") {
                Double($0.drives.count - $0.memberCount)
            },
            family("magstore_set_writable", "1 if the set takes writes.") { $0.service == .serving ? 1 : 0 },
            family("magstore_set_readable", "1 if the set answers reads.") { $0.service == .stopped ? 0 : 1 },
            family("magstore_set_missing_shards", "Shards that are not where they belong and are to be rebuilt.") {
                Double($0.heal.missingShards)
            },
            family("magstore_set_corruption_found_total", "Shards and indexes that failed their checksums.", .counter) {
                Double($0.corruptionFound)
            },
            family("magstore_set_shards_repaired_total", "Shards rebuilt from parity.", .counter) {
                Double($0.shardsRepaired)
            },
            family("magstore_set_free_bytes", "Bytes that can still be written to every drive of the set.") {
                Double($0.freeByteCount)
            },
        ]
    }

    static func families(_ http: HTTPServiceMetrics?, _ memory: IndexMemory?) -> [MetricFamily] {
        let http = http ?? HTTPServiceMetrics()
        func family(_ name: String, _ kind: MetricFamily.Kind, _ help: String, _ value: Int) -> MetricFamily {
            MetricFamily(name, help: help, kind: kind, samples: [.init(Double(value))])
        }
        return [
            family("magstore_http_connections", .gauge, "Open connections.", http.openConnections),
            family("magstore_http_requests_in_flight", .gauge, "Requests being served.", http.requestsInFlight),
            family("magstore_http_connections_total", .counter, "Connections accepted.", http.connectionsTotal),
            family(
                "magstore_http_refused_total", .counter, "Connections and requests refused because a cap was reached.",
                http.refusedTotal),
            family(
                "magstore_http_evicted_total", .counter, "Idle connections closed to make room.", http.evictedTotal),
            family(
                "magstore_index_memory_bytes", .gauge, "Memory of index caches and rows not yet flushed.",
                memory?.usage ?? 0),
        ]
    }
}
