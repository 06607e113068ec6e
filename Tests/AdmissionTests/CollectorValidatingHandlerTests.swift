import Document
import KubeModel
import OperatorAPI
import Rendering
import Synchronization
import Testing
import Webhook

@testable import Admission

/// Knows for some users what they lack.
private final class Rights: AccessReviewing {
    private let lacking: [String: [AccessRule]]
    private let failing: String?
    let asked = Mutex<[UserInfo]>([])

    /// - Parameters:
    ///   - lacking: by user; others have every right.
    ///   - failing: the user about whom nothing can be found out.
    init(lacking: [String: [AccessRule]] = [:], failing: String? = nil) {
        self.lacking = lacking
        self.failing = failing
    }

    struct Unreachable: Error, CustomStringConvertible { var description: String { "no answer" } }

    func denied(_ rules: [AccessRule], user: UserInfo) async throws -> [AccessRule] {
        asked.withLock { $0.append(user) }
        if user.name == failing { throw Unreachable() }
        let lacking = Set((lacking[user.name] ?? []).flatMap(\.single))
        return rules.flatMap(\.single).filter(lacking.contains).sorted()
    }

    var names: [String] { asked.withLock { $0.map(\.name) } }
}

@Suite("Answers to the reviews of collectors that are checked", .timeLimit(.minutes(1)))
struct CollectorValidatingHandlerTests {
    private static let account = "system:serviceaccount:ns:c-collector"
    private static let events = AccessRule(apiGroups: [""], resources: ["events"], verbs: ["get", "list", "watch"])

    private func handler(_ rights: Rights, canGrant: Bool = true) -> CollectorValidatingHandler {
        let validation = CollectorValidation(options: RenderingOptions(canGrantAccess: canGrant))
        return CollectorValidatingHandler({ validation }, reviewer: rights)
    }

    private func collector(_ more: JSONValue = [:], receiver: String = "k8s_events") throws -> JSONValue {
        var spec = more
        spec["config"] = [
            "receivers": .object(JSONObject(members: [.init(key: receiver, value: [:])])), "exporters": ["debug": [:]],
            "service": ["pipelines": ["logs": ["receivers": [.string(receiver)], "exporters": ["debug"]]]],
        ]
        let object: JSONValue = ["metadata": ["name": "c", "namespace": "ns"], "spec": spec]
        return try CollectorDefaulting().defaulted(object).resource
    }

    private func request(
        _ object: JSONValue, _ operation: AdmissionRequest.Operation = .create, old: JSONValue = .null
    ) -> AdmissionRequest {
        AdmissionRequest(
            uid: "u", operation: operation, namespace: "ns", name: "c", object: object, oldObject: old,
            userInfo: [
                "username": "alice", "uid": "7", "groups": ["devs", "system:authenticated"], "extra": ["k": ["v"]],
            ])
    }

    // MARK: Escalation

    @Test("nobody has a collector given what they do not hold themselves")
    func escalation() async throws {
        let rights = Rights(lacking: [Self.account: [Self.events], "alice": [Self.events]])
        let response = await handler(rights).handle(request(try collector()))
        #expect(!response.isAllowed)
        #expect(response.code == 403)
        #expect(
            response.message
                == "user \"alice\" is not allowed to create a collector whose config would grant permissions they do not hold: missing the following rules for alice - events: [get,list,watch]"
        )
        let author = try #require(rights.asked.withLock { $0.last })
        #expect(
            author
                == UserInfo(
                    name: "alice", uid: "7", groups: ["devs", "system:authenticated"], extra: ["k": ["v"]]))
    }

    @Test("who holds what the ServiceAccount lacks may")
    func holder() async throws {
        let rights = Rights(lacking: [Self.account: [Self.events], "alice": []])
        #expect(await handler(rights).handle(request(try collector())).isAllowed)
        #expect(rights.names == [Self.account, "alice"])
    }

    @Test("only what the ServiceAccount lacks counts")
    func delta() async throws {
        let rights = Rights(lacking: ["alice": [Self.events]])
        #expect(await handler(rights).handle(request(try collector())).isAllowed)
        #expect(rights.names == [Self.account])
    }

    @Test("a ServiceAccount of the user's is the one that is asked about")
    func ownAccount() async throws {
        let rights = Rights()
        _ = await handler(rights).handle(request(try collector(["serviceAccount": "mine"])))
        #expect(rights.names == ["system:serviceaccount:ns:mine"])
    }

    @Test("a maximum of replicas is no way around")
    func autoscaled() async throws {
        let rights = Rights(lacking: [Self.account: [Self.events], "alice": [Self.events]])
        let object = try collector(["autoscaler": ["maxReplicas": 3]])
        #expect(!(await handler(rights).handle(request(object)).isAllowed))
    }

    @Test(
        "what cannot be found out is denied",
        arguments: [
            (account, "unable to check existing SA RBAC permissions: no answer"),
            ("alice", "unable to check RBAC privilege escalation for user \"alice\": no answer"),
        ])
    func failure(user: String, message: String) async throws {
        let rights = Rights(lacking: [Self.account: [Self.events]], failing: user)
        let response = await handler(rights).handle(request(try collector()))
        #expect(!response.isAllowed)
        #expect(response.message == message)
    }

    @Test("an update is checked when it changes the specification, and only then")
    func update() async throws {
        let rights = Rights(lacking: [Self.account: [Self.events], "alice": [Self.events]])
        let handler = handler(rights)
        let old = try collector()
        var labelled = old
        labelled["metadata"]?["labels"] = ["a": "b"]
        #expect(await handler.handle(request(labelled, .update, old: old)).isAllowed)
        #expect(rights.names.isEmpty)
        let other = try collector(receiver: "filelog")
        #expect(!(await handler.handle(request(old, .update, old: other)).isAllowed))
        var undefaulted = old
        undefaulted["spec"] = ["config": undefaulted["spec"]?["config"] ?? [:]]
        #expect(await handler.handle(request(labelled, .update, old: undefaulted)).isAllowed)
    }

    @Test("an update is asked for the rights that it adds, not for those that were there")
    func addedRights() async throws {
        let pods = AccessRule(apiGroups: [""], resources: ["pods"], verbs: ["list"])
        let nodes = AccessRule(apiGroups: [""], resources: ["nodes"], verbs: ["list"])
        let rights = Rights(lacking: [Self.account: [Self.events, pods, nodes], "alice": [Self.events, pods, nodes]])
        func reading(_ resources: String..., spec: JSONValue = [:]) throws -> JSONValue {
            var object = try collector(spec, receiver: "k8s_objects")
            object["spec"]?["config"]?["receivers"]?["k8s_objects"] = [
                "objects": .array(resources.map { ["name": .string($0)] })
            ]
            return object
        }
        let handler = handler(rights)
        let bigger = try reading("pods", spec: ["replicas": 3])
        #expect(await handler.handle(request(bigger, .update, old: try reading("pods"))).isAllowed)
        #expect(rights.names.isEmpty)
        let more = await handler.handle(request(try reading("pods", "nodes"), .update, old: try reading("pods")))
        #expect(more.message.hasSuffix("missing the following rules for alice - nodes: [list]"))

        // What the operator did not look after, it has given no rights.
        let unmanaged = try reading("pods", spec: ["managementState": "unmanaged"])
        #expect(!(await handler.handle(request(try reading("pods"), .update, old: unmanaged)).isAllowed))
        // Nor what it could not render, nor to another ServiceAccount.
        let wrong = try reading("pods", spec: ["ports": [["port": 1]]])
        #expect(!(await handler.handle(request(try reading("pods"), .update, old: wrong)).isAllowed))
        let other = try reading("pods", spec: ["serviceAccount": "other"])
        let moved = Rights(lacking: ["system:serviceaccount:ns:other": [pods], "alice": [pods]])
        #expect(!(await self.handler(moved).handle(request(other, .update, old: try reading("pods"))).isAllowed))
    }

    @Test("a component whose needs cannot be told is denied where they would be granted, and only there")
    func unreadableNeeds() async throws {
        var object = try collector(receiver: "k8s_objects")
        object["spec"]?["config"]?["receivers"]?["k8s_objects"] = ["objects": ["name": "pods"]]
        let response = await handler(Rights()).handle(request(object))
        #expect(
            response.message
                == "unable to determine RBAC rules for collector config: spec.config.receivers.k8s_objects.objects is an object, expected a list"
        )
        #expect(await handler(Rights(), canGrant: false).handle(request(object)).isAllowed)
    }

    @Test("a collector that needs no rights, or gets none from the operator, is not asked about")
    func nothingToGrant() async throws {
        let rights = Rights(failing: Self.account)
        #expect(await handler(rights).handle(request(try collector(receiver: "filelog"))).isAllowed)
        #expect(await handler(rights, canGrant: false).handle(request(try collector())).isAllowed)
        #expect(rights.names.isEmpty)
    }

    // MARK: Warnings

    @Test("what a ServiceAccount of the user's lacks is a warning when the operator does not give it")
    func expected() async throws {
        let account = "system:serviceaccount:ns:mine"
        let rights = Rights(lacking: [account: [Self.events]])
        let object = try collector(["serviceAccount": "mine"])
        let response = await handler(rights, canGrant: false).handle(request(object))
        #expect(response.isAllowed)
        #expect(
            response.warnings.contains(
                "RBAC rules are missing: missing the following rules for \(account) - events: [get,list,watch]"))
        let unknown = Rights(failing: account)
        let answer = await handler(unknown, canGrant: false).handle(request(object))
        #expect(answer.isAllowed)
        #expect(answer.warnings.contains("RBAC rules are missing: unable to check rbac rules no answer"))
    }

    @Test("what a target allocator lacks to follow monitors is a warning")
    func targetAllocator() async throws {
        let metrics = AccessRule(nonResourceURLs: ["/metrics"], verbs: ["get"])
        let monitors = AccessRule(
            apiGroups: ["monitoring.coreos.com"], resources: ["podmonitors", "servicemonitors"], verbs: ["*"])
        let account = "system:serviceaccount:ns:c-targetallocator"
        let rights = Rights(lacking: [account: [metrics, monitors]])
        let object = try collector(
            ["mode": "statefulset", "targetAllocator": ["enabled": true, "prometheusCR": ["enabled": true]]],
            receiver: "prometheus")
        let response = await handler(rights).handle(request(object))
        #expect(response.isAllowed)
        #expect(
            response.warnings.suffix(3) == [
                "missing the following rules for \(account) - monitoring.coreos.com/podmonitors: [*]",
                "missing the following rules for \(account) - monitoring.coreos.com/servicemonitors: [*]",
                "missing the following rules for \(account) - nonResourceURL: /metrics: [get]",
            ])
    }

    @Test("a denial carries the warnings that came before it")
    func denialWithWarnings() async throws {
        var object = try collector(["ports": [["port": 1]]], receiver: "filelog")
        object["spec"]?["config"]?["exporters"] = ["debug": .null]
        let response = await handler(Rights()).handle(request(object))
        #expect(response.message.hasPrefix("the OpenTelemetry Spec Ports configuration is incorrect"))
        #expect(response.warnings.count == 1)
    }

    // MARK: Deletions

    @Test("a deletion is never refused, and nothing is asked for it")
    func deletion() async throws {
        let rights = Rights(failing: Self.account)
        let wrong: JSONValue = ["metadata": ["name": "c", "namespace": "ns"], "spec": ["config": 3, "mode": "x"]]
        #expect(handler(rights).handleNow(request(.null, .delete, old: wrong)) == .allowed())
        var going = wrong
        going["metadata"]?["deletionTimestamp"] = "2026-01-02T03:04:05Z"
        #expect(await handler(rights).handle(request(going, .update, old: try collector())) == .allowed())
        #expect(rights.names.isEmpty)
    }
}
