import ArgumentParser
import Glibc

/// Runs what may fail by the operator's settings: a usage error shows the usage and ends with 64; any other is one line
/// on standard error, and ends with 1.
func oneLine<Result>(_ body: () throws(SettingsError) -> Result) throws -> Result {
    do throws(SettingsError) {
        return try body()
    } catch {
        if error.isUsage { throw ValidationError(error.description) }
        printError(error.description)
        throw ExitCode.failure
    }
}

/// One line on standard error.
func printError(_ text: String) {
    let line = Array("magstore: \(text)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
}
