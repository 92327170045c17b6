import AccessControl
import AdminServer
import ErasureStore
import HTTPService
import Logging
import NIOCore
import NIOPosix
import S3Server
import SigV4
import StorageAPI

/// The parts of a server wired together: listeners, then drives, then requests.
final class Server: Sendable {
    private let plan: ServePlan
    private let descriptors: DescriptorBudget
    private let clock: SystemClock
    private let logger: Logger
    private let state = ServerState()
    private let s3 = HandlerSlot(notYet: HandlerSlot.notYet)
    private let admin = HandlerSlot(notYet: AdminService.notYet)
    private let http: HTTPService

    /// Touches neither drives nor network.
    init(
        plan: ServePlan, descriptors: DescriptorBudget, clock: SystemClock, logger: Logger,
        accessLog: (any AccessLogSink)?
    ) {
        self.plan = plan
        self.descriptors = descriptors
        self.clock = clock
        self.logger = logger
        let requests = RequestMetrics()
        let metrics = MetricsHandler(requests: requests, token: plan.settings.metricsToken) { [state] in
            state.gauges
        }
        let front = FrontHandler(
            health: HealthHandler { [state] in state.health }, metrics: metrics, admin: admin, s3: s3)
        http = HTTPService(
            configuration: plan.httpConfiguration(descriptors), handler: front,
            accessLog: AccessLogs(sinks: [requests] + (accessLog.map { [$0] } ?? [])), logger: logger)
        state.http = http
    }

    /// Listens, opens the drives, and serves.
    ///
    /// - Returns: what to tell the operator.
    /// - Throws: one line that says what to do. Nothing is left running then.
    func start(acceptLoss: Bool) async throws -> Banner {
        let addresses = try await http.start()
        do {
            let opened = try await OpenStore.open(
                plan, acceptLoss: acceptLoss, descriptors: descriptors, clock: clock, logger: logger)
            state.opened = opened
            do {
                try await fillSlots(opened)
            } catch let error as StoreError where isWaiting {
                logger.debug("settings can not be read yet", metadata: ["reason": "\(error.message)"])
                Task { await keepFilling(opened) }
            }
            return Banner(plan: plan, addresses: addresses, sets: opened.store.status.sets)
        } catch {
            await shutDown(drain: false)
            throw error
        }
    }

    /// A set may get the drives that it lacks.
    private var isWaiting: Bool { state.opened?.store.status.sets.contains { $0.service == .stopped } ?? false }

    /// The set that has the settings is not there yet: its drives are waited for.
    private func keepFilling(_ opened: OpenStore) async {
        while !state.isDraining {
            await clock.sleep(milliseconds: 500)
            do {
                return try await fillSlots(opened)
            } catch {
                guard !isWaiting else { continue }
                logger.error("settings can not be read", metadata: ["reason": "\(error)"])
            }
        }
    }

    private func fillSlots(_ opened: OpenStore) async throws {
        let credentials: RootCredentials
        if let set = plan.credentials {
            credentials = set
        } else {
            credentials = try await RootCredentials.kept(in: opened.store, random: SystemRandom())
            try plan.mirrorDirectory?.mirror(credentials)
        }
        let authenticator = RootKeyAuthenticator(
            accessKeyID: credentials.user, secret: credentials.password, region: plan.settings.region)
        let hosts = plan.settings.publicURLs.map(\.hostHeader)
        admin.fill(
            AdminService(
                store: opened.store, authenticator: authenticator, authorizer: RootAuthorizer(),
                settings: AdminSettings(version: Version.text, hosts: hosts), now: { [clock] in clock.now() },
                logger: logger))
        var settings = S3Settings()
        let buckets = try await BucketAccessRegistry.open(opened.store, account: settings.account)
        if let region = plan.settings.region { settings.region = region }
        settings.domains = plan.settings.domains
        settings.hosts = hosts
        let pool = NIOThreadPool(numberOfThreads: NIOCore.System.coreCount)
        pool.start()
        s3.fill(
            S3Service(
                store: opened.store, authenticator: authenticator, authorizer: PolicyAuthorizer(buckets: buckets),
                buckets: buckets, settings: settings, computePool: pool, now: { [clock] in clock.now() }, logger: logger
            ))
        state.beginServing()
    }

    /// Whether every set takes requests.
    var isReady: Bool { state.health.reads }

    func reloadCertificates() throws(HTTPServiceError) {
        try http.reloadCertificates()
    }

    /// Lets requests in flight end, closes what is left, then the drives. Bounded, whatever hangs.
    func shutDown(drain: Bool) async {
        state.beginDraining()
        await http.shutdown(drain: drain ? plan.settings.drainTimeout : .zero)
        await state.opened?.close()
    }
}
