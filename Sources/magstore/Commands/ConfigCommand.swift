import ArgumentParser

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show and check the settings.",
        subcommands: [Show.self, Check.self, Example.self])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show every setting with its value and where it comes from; secrets stay hidden.")

        @Argument(help: ArgumentHelp("Drives, as for serve.", valueName: "path"))
        var drives: [String] = []

        @OptionGroup var options: SettingOptions

        func run() throws {
            let resolved = try oneLine { () throws(SettingsError) in
                try options.resolve(arguments: ["drives": drives])
            }
            for line in resolved.table { print(line) }
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the settings as serve would, without touching drives or network.")

        @Argument(help: ArgumentHelp("Drives, as for serve.", valueName: "path"))
        var drives: [String] = []

        @OptionGroup var options: SettingOptions

        func run() throws {
            let plan = try oneLine { () throws(SettingsError) in
                let resolved = try options.resolve(arguments: ["drives": drives])
                let plan = try ServePlan(resolved, environment: ProcessEnvironment.variables)
                for path in [plan.settings.tlsCertificate, plan.settings.tlsKey] {
                    if let path { _ = try TextFile.read(path) }
                }
                return plan
            }
            for warning in plan.warnings { print("warning: \(warning)") }
            print("the settings are good: \(plan.driveCount) drives in \(plan.pools.count) pools")
        }
    }

    struct Example: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a settings file with every setting and its default.")

        func run() {
            print(Setting.exampleFile, terminator: "")
        }
    }
}
