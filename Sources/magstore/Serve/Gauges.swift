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

    /// Of each drive, by its set and slot: as many as there are drives.
    static func driveFamilies(_ sets: [SetStatus]) -> [MetricFamily] {
        func family(_ name: String, _ help: String, _ value: (DriveStatus) -> Double?) -> MetricFamily {
            MetricFamily(
                name, help: help, kind: .gauge,
                samples: sets.flatMap { set in
                    set.drives.compactMap { drive in
                        value(drive).map {
                            MetricFamily.Sample($0, labels: [.init("set", set.name), .init("slot", "\(drive.slot)")])
                        }
                    }
                })
        }
        // What is not known is left out: a capacity of zero would look like a full drive.
        return [
            family("magstore_drive_member", "1 if the drive takes part in every commit.") {
                $0.state == .member ? 1 : 0
            },
            family("magstore_drive_capacity_bytes", "Bytes of the drive's file system.") {
                $0.capacityByteCount == 0 ? nil : Double($0.capacityByteCount)
            },
            family("magstore_drive_free_bytes", "Bytes of the drive's file system that are free.") {
                $0.capacityByteCount == 0 ? nil : Double($0.freeByteCount)
            },
        ]
    }

    static func faultFamilies(_ status: StoreStatus?) -> [MetricFamily] {
        let samples = (status?.sets ?? []).flatMap { set in
            set.drives.flatMap { drive in
                drive.faults.sorted { $0.key.rawValue < $1.key.rawValue }.map { fault, count in
                    MetricFamily.Sample(
                        Double(count),
                        labels: [
                            .init("set", set.name), .init("slot", "\(drive.slot)"), .init("kind", fault.rawValue),
                        ])
                }
            }
        }
        return [
            MetricFamily(
                "magstore_drive_faults_total", help: "What drives failed at, by kind.", kind: .counter,
                samples: samples),
            MetricFamily(
                "magstore_clock_jumps_total", help: "How often the machine's clock was set.", kind: .counter,
                samples: [.init(Double(status?.clockJumps ?? 0))]),
        ]
    }

    static func upkeepFamilies(_ sets: [SetStatus]) -> [MetricFamily] {
        func family(
            _ name: String, _ help: String, _ kind: MetricFamily.Kind = .gauge, _ value: (SetStatus) -> Double?
        ) -> MetricFamily {
            MetricFamily(
                name, help: help, kind: kind,
                samples: sets.compactMap { set in
                    value(set).map { MetricFamily.Sample($0, labels: [.init("set", set.name)]) }
                })
        }
        return [
            family("magstore_heal_rebuildable_shards", "Missing shards whose drives are members.") {
                Double($0.heal.rebuildableShards)
            },
            family("magstore_heal_rebuilt_shards_total", "Missing shards that were rebuilt.", .counter) {
                Double($0.heal.rebuiltShards)
            },
            family("magstore_heal_rebuilt_bytes_total", "Bytes of missing shards that were rebuilt.", .counter) {
                Double($0.heal.rebuiltByteCount)
            },
            family("magstore_heal_remaining_seconds", "Estimate until all that can be rebuilt is.") {
                $0.heal.remainingSeconds
            },
            family("magstore_scrub_running", "1 while the scrub verifies.") { $0.scrub.phase == .running ? 1 : 0 },
            family("magstore_scrub_progress_ratio", "How far the scrub under way or the last one is: 0 to 1.") {
                $0.scrub.fraction
            },
            family("magstore_scrub_finished_timestamp_seconds", "When the last scrub ended.") {
                $0.scrub.finishedAt.map { Double($0.seconds) }
            },
            family("magstore_scrub_verified_bytes", "Bytes verified by the scrub under way or the last one.") {
                Double($0.scrub.verifiedByteCount)
            },
            family("magstore_scrub_findings", "What the scrub under way or the last one found wrong.") {
                Double($0.scrub.found)
            },
            family("magstore_damaged_objects", "Objects that have lost more than parity can replace.") {
                Double($0.scrub.damagedObjects)
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
