import CBuildInformation
import ErasureStore

/// What this program is.
enum Version {
    static let number = "0.1.0"

    /// The commit it was built from, as far as the build could know.
    static var commit: String { String(cString: magstore_build_commit()) }

    static var text: String { "\(number) (commit \(commit), on-disk format \(ErasureStore.formatVersion))" }
}
