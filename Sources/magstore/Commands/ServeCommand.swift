import ArgumentParser
import Glibc

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve drives over S3.",
        discussion: """
            Plain paths form one pool of drives; each path with {a...b} is a pool of its own:

              magstore serve ./data
              magstore serve '/mnt/drive{1...6}' --parity 2 --address 0.0.0.0:9000

            Every option may also be set as a MAGSTORE_* variable (--memory-limit as MAGSTORE_MEMORY_LIMIT) or in the
            file named by --config. The owner's key is set as MAGSTORE_ROOT_USER and MAGSTORE_ROOT_PASSWORD; otherwise
            one is made and left in the state directory.
            """)

    @Argument(help: ArgumentHelp("Directories that hold the data, one for each drive.", valueName: "path"))
    var drives: [String] = []

    @OptionGroup var options: SettingOptions

    @Flag(help: "Give up what only drives have that are gone for good, when a start asks for it.")
    var acceptLoss = false

    func run() throws {
        // Before there is a second thread.
        let signals = ProcessSignals([SIGTERM, SIGINT, SIGHUP])
        let environment = ProcessEnvironment.variables
        let resolve: ServeProcess.Resolve = { () throws(SettingsError) in
            try options.resolve(arguments: ["drives": drives], environment: environment)
        }
        let process = try oneLine { () throws(SettingsError) in
            let plan = try ServePlan(try resolve(), environment: environment)
            return try ServeProcess(plan: plan, environment: environment, resolve: resolve)
        }
        process.run(acceptLoss: acceptLoss, signals: signals)
    }
}
