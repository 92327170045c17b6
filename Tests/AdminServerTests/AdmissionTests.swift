import AccessControl
import AdminAPI
import HTTPService
import Logging
import NIOHTTP1
import SigV4
import Testing

@testable import AdminServer

/// Whoever is not known to be allowed is refused, and nothing is done.
@Suite struct AdmissionTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: String
        let difference: @Sendable (inout Asking.Difference) -> Void

        init(_ name: String, _ code: String, _ difference: @escaping @Sendable (inout Asking.Difference) -> Void) {
            testDescription = name
            self.code = code
            self.difference = difference
        }

        static let all = [
            Refusal("unsigned", "AccessDenied") { $0.isSigned = false },
            Refusal("unknown key", "InvalidAccessKeyId") { $0.accessKey = "somebody" },
            Refusal("wrong secret", "SignatureDoesNotMatch") { $0.secret = "another secret" },
            Refusal("presigned", "AccessDenied") { $0.isPresigned = true },
            Refusal("an old request", "RequestTimeTooSkewed") { $0.skewSeconds = -901 },
            Refusal("a request of the future", "RequestTimeTooSkewed") { $0.skewSeconds = 901 },
            Refusal("an unsigned body", "AccessDenied") { $0.payload = .unsigned },
            Refusal("a body in chunks", "AccessDenied") { $0.payload = .signedChunks },
        ]
    }

    @Test(arguments: AdminOperation.allCases, Refusal.all)
    func `No operation answers to a request that proves nothing`(
        operation: AdminOperation, refusal: Refusal
    ) async throws {
        let asking = Asking()
        var difference = Asking.Difference()
        refusal.difference(&difference)
        let answer = try await asking.ask(operation.method, operation.path, difference)
        #expect(answer.status == .forbidden)
        let error = try answer.message(ErrorReport.self)
        #expect((error.code, error.requestID) == (refusal.code, "0123456789ABCDEF"))
        #expect(!error.message.isEmpty)
        #expect(asking.store.calls == [])
    }

    @Test(arguments: AdminOperation.allCases)
    func `An operation that is not allowed is refused`(operation: AdminOperation) async throws {
        struct NobodyAuthorizer: Authorizer {
            let action: Action
            func decide(_ request: AccessRequest) -> AccessDecision {
                request.action == action ? .denied(.nothingAllows) : .allowed(.root)
            }
        }
        let asking = Asking()
        let service = AdminService(
            store: asking.store,
            authenticator: RootKeyAuthenticator(accessKeyID: "owner", secret: Secret("the secret")),
            authorizer: NobodyAuthorizer(action: operation.policyAction), settings: AdminSettings(version: "1"),
            now: { Asking.now }, logger: .init(label: "test"))
        for other in AdminOperation.allCases {
            let answer = await service.respond(to: try asking.request(other.method, other.path + other.neededQuery))
            #expect(answer.status == (other == operation ? .forbidden : .ok), "\(other)")
        }
    }

    @Test func `A stranger does not learn which paths there are`() async throws {
        var stranger = Asking.Difference()
        stranger.isSigned = false
        let answer = try await Asking().ask("GET", AdminOperation.prefix + "nothing", stranger)
        #expect(answer.status == .forbidden)
    }

    @Test(arguments: ["", "nothing", "status/", "STATUS", "status/../status"])
    func `A path that is none is not found`(path: String) async throws {
        let answer = try await Asking().ask("GET", AdminOperation.prefix + path)
        #expect(answer.status == .notFound)
        #expect(try answer.message(ErrorReport.self).code == "NoSuchOperation")
    }

    @Test(arguments: AdminOperation.allCases, ["GET", "POST", "PUT", "DELETE", "HEAD"])
    func `Another method is refused with the right one`(operation: AdminOperation, method: String) async throws {
        let answer = try await Asking().ask(method, operation.path + operation.neededQuery)
        guard method != operation.method else {
            #expect(answer.status == .ok)
            return
        }
        #expect(answer.status == .methodNotAllowed)
        #expect(answer.headers["Allow"] == [operation.method])
    }

    @Test(arguments: [true, false])
    func `A body must be the one that was signed`(lengthIsKnown: Bool) async throws {
        let asking = Asking()
        var altered = Asking.Difference()
        altered.payload = .sha256(of: "something")
        altered.body = "something else"
        altered.lengthIsKnown = lengthIsKnown
        let answer = try await asking.ask("POST", AdminOperation.startScrub.path, altered)
        #expect(answer.status == .badRequest)
        #expect(try answer.message(ErrorReport.self).code == "XAmzContentSHA256Mismatch")
        #expect(asking.store.calls == [])
    }

    @Test(arguments: [true, false])
    func `A body that is larger than any here is not held`(lengthIsKnown: Bool) async throws {
        let asking = Asking()
        var large = Asking.Difference()
        large.body = String(repeating: "x", count: 65_537)
        large.lengthIsKnown = lengthIsKnown
        let answer = try await asking.ask("POST", AdminOperation.startScrub.path, large)
        #expect(answer.status == .payloadTooLarge)
        #expect(asking.store.calls == [])
    }

    @Test(arguments: ["?x=1", "?limit=5&limit=6", "?limit=0", "?limit=1001", "?limit=many", "?after=zz", "?after=6162"])
    func `A parameter that says nothing is refused`(query: String) async throws {
        let answer = try await Asking().ask(.listDamagedObjects, query: query)
        #expect(answer.status == .badRequest)
        #expect(try answer.message(ErrorReport.self).code == "InvalidArgument")
    }

    @Test func `Each operation has an action and a name for logs of its own`() {
        #expect(Set(AdminOperation.allCases.map(\.policyAction)).count == AdminOperation.allCases.count)
        for operation in AdminOperation.allCases {
            #expect(operation.policyAction.name == "admin:" + operation.actionName.dropFirst("Admin".count))
        }
        #expect(AdminOperation.getStatus.actionName == "AdminGetStatus")
    }

    @Test(arguments: [
        ("/magstore/admin/v1/status", true), ("/magstore/admin/v1/", true), ("/magstore/admin/v1", false),
        ("/magstore/admin/v2/status", false), ("/magstore/object", false), ("/other/magstore/admin/v1/status", false),
    ])
    func `Only what is below its prefix is the admin API's`(target: String, isOurs: Bool) {
        #expect(AdminService.serves(target) == isOurs)
    }
}
