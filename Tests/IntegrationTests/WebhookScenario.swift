import Document
import Foundation
import TestSupport
import Testing

extension Scenario {
    /// Reviews that no API server would send, straight to the running operator.
    @Suite(.serialized) struct DirectReviews {
        let cluster = Cluster()

        @Test("fields that no Kubernetes version knows survive; bad reviews get clear answers", .timeLimit(.minutes(3)))
        func direct() async throws {
            let running = try OperatorProcess()
            defer { running.stop() }
            try await running.untilServing()
            let namespace = try cluster.makeNamespace("direct")
            try cluster.apply(Manifest.instrumentation("python", in: namespace))
            _ = try await cluster.injectedPod(in: namespace)
            let url = try running.url("WEBHOOK_URL") + "/mutate-v1-pod"

            let pod: JSONValue = [
                "apiVersion": "v1", "kind": "Pod", "fromTheFuture": ["a": [1, .null, "x"]],
                "metadata": [
                    "name": "p", "namespace": .string(namespace), "futureMeta": true,
                    "annotations": ["instrumentation.opentelemetry.io/inject-python": "true"],
                ],
                "spec": [
                    "futureSpec": ["deep": ["er": 15]],
                    "containers": [["name": "app", "image": "a:1", "futureContainer": [["k": "v"]]]],
                    "initContainers": [["name": "first", "image": "b", "futureInit": 7]],
                ],
            ]
            let answer = try post(url, review(pod, namespace))
            #expect(answer[path: "response", "allowed"] == true)
            let encoded = try #require(answer[path: "response", "patch"]?.stringValue)
            let patch = try JSONPatch(json: JSONValue(parsing: #require(Data(base64Encoded: encoded))))
            let mutated = try patch.applied(to: pod)
            #expect(mutated["fromTheFuture"] == pod["fromTheFuture"])
            #expect(mutated[path: "metadata", "futureMeta"] == true)
            #expect(mutated[path: "spec", "futureSpec"] == pod[path: "spec", "futureSpec"])
            #expect(mutated[path: "spec", "containers"]?[0]?["futureContainer"] == [["k": "v"]])
            #expect(mutated[path: "spec", "initContainers"]?[0]?["futureInit"] == 7)
            #expect(mutated[path: "spec", "initContainers"]?.arrayValue?.count == 2)

            var quiet = pod
            quiet["metadata"] = ["name": "p", "namespace": .string(namespace)]
            let nothing = try post(url, review(quiet, namespace))
            #expect(nothing[path: "response", "allowed"] == true)
            #expect(nothing[path: "response", "patch"] == nil)

            for body in [
                "", "{", "[]", "{\"kind\":\"AdmissionReview\"}",
                "{\"apiVersion\":\"admission.k8s.io/v9\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u\"}}",
            ] {
                let answer = try post(url, body)
                #expect(answer[path: "response", "allowed"] == false, "\(body)")
                #expect(answer[path: "response", "status", "code"] == 400, "\(body)")
                #expect(answer[path: "response", "status", "message"]?.stringValue?.isEmpty == false, "\(body)")
            }
            let text = try post(url, review(quiet, namespace), type: "text/plain")
            #expect(text[path: "response", "status", "message"]?.stringValue?.contains("application/json") == true)
            let large = try shell([
                "bash", "-c",
                "head -c 10485760 /dev/zero | curl -sk -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' --data-binary @- \(url)",
            ])
            #expect(large.output == "413")
            // A handshake that breaks off, and one that never was one.
            _ = try shell([
                "bash", "-c",
                "printf '\\x16\\x03\\x01' > /dev/tcp/127.0.0.1/\(url.split(separator: ":")[2].prefix { $0 != "/" })",
            ])
            _ = try shell([
                "bash", "-c", "echo hello > /dev/tcp/127.0.0.1/\(url.split(separator: ":")[2].prefix { $0 != "/" })",
            ])
            #expect(try post(url, review(quiet, namespace))[path: "response", "allowed"] == true)
            #expect(running.isRunning)
        }

        private func review(_ pod: JSONValue, _ namespace: String) -> String {
            let review: JSONValue = [
                "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
                "request": [
                    "uid": "review-1", "operation": "CREATE", "namespace": .string(namespace),
                    "kind": ["group": "", "version": "v1", "kind": "Pod"], "object": pod,
                ],
            ]
            return review.serializedString()
        }

        private func post(_ url: String, _ body: String, type: String = "application/json") throws -> JSONValue {
            let command = ["curl", "-sSk", "-H", "Content-Type: \(type)", "--data-binary", "@-", url]
            let result = try shell(command, input: body)
            guard result.succeeded else { throw ShellFailure(command: command, result: result) }
            return try JSONValue(parsing: result.output)
        }
    }
}
