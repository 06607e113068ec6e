import Foundation

/// What a program printed, and how it ended.
public struct ShellResult: Sendable {
    public var status: Int32
    public var output: String
    public var errors: String

    public var succeeded: Bool { status == 0 }
}

/// A program failed where a test needs it to succeed.
public struct ShellFailure: Error, CustomStringConvertible {
    public var command: [String]
    public var result: ShellResult

    public init(command: [String], result: ShellResult) {
        self.command = command
        self.result = result
    }

    public var description: String {
        "\(command.joined(separator: " ")) ended with \(result.status)\n\(result.output)\n\(result.errors)"
    }
}

/// Runs a program to its end. Output goes through files, so that no pipe can fill up.
public func shell(
    _ command: [String], input: String = "", environment: [String: String] = [:]
) throws -> ShellResult {
    let folder = FileManager.default.temporaryDirectory.appending(path: "shell-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func file(_ name: String, _ content: String = "") throws -> URL {
        let url = folder.appending(path: name)
        try content.write(to: url, atomically: false, encoding: .utf8)
        return url
    }
    let (input, output, errors) = (try file("in", input), try file("out"), try file("err"))
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: input)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    return ShellResult(
        status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
        errors: try String(contentsOf: errors, encoding: .utf8))
}

/// Waits until a condition holds, asking again every 50 ms.
///
/// - Throws: `TimedOut` after `limit`, with what the condition last threw.
public func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(60), _ condition: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    var last: (any Error)?
    while clock.now < deadline {
        do {
            if let value = try await condition() { return value }
            last = nil
        } catch {
            last = error
        }
        try await clock.sleep(for: .milliseconds(50))
    }
    throw TimedOut(what: what, limit: limit, last: last)
}

/// What was waited for did not happen.
public struct TimedOut: Error, CustomStringConvertible {
    public var what: String
    public var limit: Duration
    public var last: (any Error)?

    public var description: String { "waited \(limit) in vain for \(what)" + (last.map { ": \($0)" } ?? "") }
}
