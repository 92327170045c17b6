import ArgumentParser

@main
struct Magstore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "magstore", abstract: "An S3-compatible object store on erasure-coded drives.",
        version: "magstore \(Version.text)",
        groupedSubcommands: [
            CommandGroup(name: "Serving", subcommands: [ServeCommand.self, HealthCommand.self, ConfigCommand.self]),
            CommandGroup(
                name: "Looking after a store",
                subcommands: [
                    StatusCommand.self, DriveCommand.self, HealCommand.self, ScrubCommand.self, PoolCommand.self,
                    DoctorCommand.self, RescueCommand.self, ProfileCommand.self,
                ]),
        ])
}
