import Document
import Foundation
import TestSupport

/// The control plane that `make test` started, as its administrator.
struct Cluster {
    /// The launcher's folder; `nil` when the tests run without a control plane.
    static let directory = ProcessInfo.processInfo.environment["PLANE_DIR"]
    static let isAvailable = directory != nil && ProcessInfo.processInfo.environment["KUBECONFIG"] != nil

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let operatorNamespace = "opentelemetry-operator-system"

    func kubectl(_ arguments: String..., input: String = "") throws -> ShellResult {
        try shell(["kubectl"] + arguments, input: input)
    }

    /// Applies a manifest and gives what kubectl printed, warnings included.
    @discardableResult
    func apply(_ manifest: String) throws -> ShellResult {
        let result = try shell(["kubectl", "apply", "-f", "-"], input: manifest)
        guard result.succeeded else { throw ShellFailure(command: ["kubectl", "apply"], result: result) }
        return result
    }

    /// `nil` when there is no such object.
    func get(_ type: String, _ name: String, in namespace: String) throws -> JSONValue? {
        let command = ["kubectl", "get", type, name, "-n", namespace, "-o", "json", "--ignore-not-found"]
        let result = try shell(command)
        guard result.succeeded else { throw ShellFailure(command: command, result: result) }
        return result.output.isEmpty ? nil : try JSONValue(parsing: result.output)
    }

    func list(_ type: String, in namespace: String, selector: String = "") throws -> [JSONValue] {
        let command = ["kubectl", "get", type, "-n", namespace, "-o", "json", "-l", selector]
        let result = try shell(command)
        guard result.succeeded else { throw ShellFailure(command: command, result: result) }
        return try JSONValue(parsing: result.output)["items"]?.arrayValue ?? []
    }

    /// The Events about an object.
    func events(about name: String, in namespace: String) throws -> [JSONValue] {
        try list("events.events.k8s.io", in: namespace).filter { $0[path: "regarding", "name"] == .string(name) }
    }

    /// Makes a namespace of its own for a test; the control plane goes away with all of them.
    func makeNamespace(_ name: String, annotations: String = "{}") throws -> String {
        let unique = "\(name)-\(UUID().uuidString.prefix(8).lowercased())"
        try apply(
            """
            apiVersion: v1
            kind: Namespace
            metadata: {name: \(unique), annotations: \(annotations)}
            """)
        return unique
    }

    func plane(_ command: String) throws {
        guard let directory = Self.directory else { return }
        let arguments = [Self.root.appending(path: "hack/control-plane/plane").path(), command, directory]
        let result = try shell(arguments)
        guard result.succeeded else { throw ShellFailure(command: arguments, result: result) }
    }

    /// How many requests that write the API server has counted by resource, Leases left aside.
    func writes() throws -> [String: Int] {
        let result = try kubectl("get", "--raw", "/metrics")
        var counts: [String: Int] = [:]
        for line in result.output.split(separator: "\n") where line.hasPrefix("apiserver_request_total{") {
            func label(_ name: String) -> String {
                guard let start = line.range(of: "\(name)=\"") else { return "" }
                return String(line[start.upperBound...].prefix { $0 != "\"" })
            }
            guard ["POST", "PUT", "PATCH", "DELETE", "APPLY"].contains(label("verb")), label("resource") != "leases",
                let count = line.split(separator: " ").last.flatMap({ Double($0) })
            else { continue }
            counts["\(label("verb")) \(label("resource")) \(label("subresource"))", default: 0] += Int(count)
        }
        return counts
    }
}
