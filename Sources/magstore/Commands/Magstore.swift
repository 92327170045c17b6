import ArgumentParser

@main
struct Magstore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "magstore", abstract: "An S3-compatible object store on erasure-coded drives.",
        version: "magstore \(Version.text)",
        subcommands: [
            ServeCommand.self, HealthCommand.self, DoctorCommand.self, RescueCommand.self, ConfigCommand.self,
        ])
}
