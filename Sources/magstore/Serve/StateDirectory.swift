/// Where the server leaves what its operator needs.
struct StateDirectory: Hashable, Sendable {
    let path: String

    /// The directory that is set, or the user's own as the XDG directories say.
    init(settings: Settings, environment: [String: String]) throws(SettingsError) {
        if let path = settings.stateDirectory {
            self.path = path
        } else if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            path = state + "/magstore"
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            path = home + "/.local/state/magstore"
        } else {
            throw SettingsError("there is no home directory: name --state-dir")
        }
    }

    var credentialsPath: String { path + "/root-credentials" }
    var mountNotePath: String { path + "/mounted-drives" }

    func mirror(_ credentials: RootCredentials) throws(SettingsError) {
        try TextFile.makeDirectory(path)
        try TextFile.writePrivately(credentials.text, to: credentialsPath)
    }
}
