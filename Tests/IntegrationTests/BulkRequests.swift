import Document
import Foundation
import TestSupport
import Testing

/// Many requests in one go, as the administrator: kubectl sends five a second.
final class BulkRequests {
    private let server: String
    private let folder: URL

    init(_ cluster: Cluster) throws {
        let result = try cluster.kubectl("config", "view", "--raw", "--flatten", "--minify", "-o", "json")
        let config = try JSONValue(parsing: result.output)
        let access = try #require(config["clusters"]?[0]?["cluster"])
        let user = try #require(config["users"]?[0]?["user"])
        server = try #require(access["server"]?.stringValue)
        folder = FileManager.default.temporaryDirectory.appending(path: "requests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for (name, value) in [
            ("ca", access["certificate-authority-data"]), ("cert", user["client-certificate-data"]),
            ("key", user["client-key-data"]),
        ] {
            let data = try #require(value?.stringValue.flatMap { Data(base64Encoded: $0) })
            try data.write(to: folder.appending(path: name))
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The answers in the order of the requests, also when they are refusals.
    func post(_ requests: [(path: String, body: JSONValue)]) throws -> [JSONValue] {
        try send("POST", "application/json", requests)
    }

    /// Server-side apply.
    func apply(_ requests: [(path: String, body: JSONValue)]) throws -> [JSONValue] {
        try send("PATCH", "application/apply-patch+yaml", requests)
    }

    private func send(
        _ method: String, _ contentType: String, _ requests: [(path: String, body: JSONValue)]
    ) throws -> [JSONValue] {
        if requests.isEmpty { return [] }
        var lines: [String] = []
        for (index, request) in requests.enumerated() {
            try Data(request.body.serializedString().utf8).write(to: folder.appending(path: "\(index).in"))
            if index > 0 { lines.append("next") }
            lines += [
                "url = \"\(server)\(request.path)\"", "cacert = \"\(folder.path)/ca\"",
                "cert = \"\(folder.path)/cert\"", "key = \"\(folder.path)/key\"",
                "request = \"\(method)\"", "header = \"Content-Type: \(contentType)\"",
                "data-binary = \"@\(folder.path)/\(index).in\"",
                "output = \"\(folder.path)/\(index).out\"", "silent", "show-error",
            ]
        }
        let command = ["curl", "--parallel", "--parallel-max", "8", "--config", "-"]
        let result = try shell(command, input: lines.joined(separator: "\n"))
        guard result.succeeded else { throw ShellFailure(command: command, result: result) }
        return try requests.indices.map { index in
            let file = folder.appending(path: "\(index).out")
            defer { try? FileManager.default.removeItem(at: file) }
            return try JSONValue(parsing: String(contentsOf: file, encoding: .utf8))
        }
    }
}
