import ArgumentParser
import Glibc

/// How commands that ask a server end.
enum ClientExit {
    /// The answer is that something is wrong.
    static let unwell = ExitCode(1)
    /// There is no answer: no server, no key, or it refused.
    static let noAnswer = ExitCode(2)

    static let text = """
        Ends with 0 when all is well, with 1 when the answer is that something is wrong, with 2 when there is no \
        answer (no server there, a wrong key, a refusal), and with 64 for a command line that is not understood.
        """
}

/// A command that asks a server.
protocol ClientCommand: ParsableCommand {
    var connection: ConnectionOptions { get }
}

extension ClientCommand {
    func client() throws(SettingsError) -> AdminClient {
        let environment = ProcessEnvironment.variables
        return AdminClient(
            server: try ServerReference(
                connection, environment: environment, profiles: try ProfileFile(environment: environment)))
    }

    /// Runs what asks; what keeps it from an answer is one line on standard error.
    func asking<Result>(_ body: (AdminClient) throws -> Result) throws -> Result {
        do {
            return try body(try client())
        } catch let error as SettingsError {
            printError(error.description)
        } catch let error as ClientError {
            printError(error.description)
        }
        throw ClientExit.noAnswer
    }

    /// Prints an answer again and again, or once.
    func repeating(every seconds: Int?, _ show: () throws -> Void) throws {
        guard let seconds else { return try show() }
        while true {
            Terminal.clearScreen()
            try show()
            fflush(nil)
            sleep(UInt32(seconds))
        }
    }
}

/// Showing a thing until the operator has seen enough.
struct WatchOptions: ParsableArguments {
    @Flag(help: "Show it again and again, until interrupted.")
    var watch = false

    @Option(help: ArgumentHelp("Seconds between two looks with --watch.", valueName: "seconds"))
    var every = 2

    func validate() throws {
        guard every > 0, every <= 3600 else { throw ValidationError("--every must be from 1 to 3600 seconds") }
    }

    var seconds: Int? { watch ? every : nil }
}
