import Document
import Injection
import KubeClient
import KubeModel
import KubeRuntime
import OperatorAPI
import Testing

@testable import Reconcilers

@Suite("Keeping the statuses of Instrumentations", .timeLimit(.minutes(1)))
final class InstrumentationStatusReporterTests {
    private let cluster = FakeCluster()
    private let writer = Store<InstrumentationSource.Lookup>.Writer()
    private let time = Shared(Duration.zero)
    private let reporter: InstrumentationStatusReporter
    private static let inject = "instrumentation.opentelemetry.io/inject-python"

    init() {
        let time = time
        reporter = InstrumentationStatusReporter(
            api: cluster, injector: Injector(), instrumentations: writer.store, namespaceAnnotations: { _ in [:] },
            maximumExplanations: 50, now: { time.current }, logger: quiet)
    }

    private func put(_ name: String, endpoint: String = "http://c:4318") throws -> ObjectKey {
        let object = instrumentation(name, endpoint: endpoint)
        let key = cluster.put(.instrumentation, KubeObject(object)).key
        writer.apply(key, resourceVersion: "", .success(try Instrumentation(object)))
        return key
    }

    private func pods(_ key: ObjectKey) -> JSONValue? { cluster[.instrumentation, key]?.json[path: "status", "pods"] }

    @Test("a pass writes what it finds, the next one nothing")
    func pass() async throws {
        let key = try put("only")
        for index in 0..<3 { cluster.put(.pod, runningPod("p\(index)")) }
        #expect(try await reporter.reconcile() == .requeue(after: .seconds(60)))
        #expect(cluster.writes == ["patch Instrumentation/status ns/only"])
        #expect(pods(key)?["requested"] == 3)
        #expect(pods(key)?["refused"] == 3)
        #expect(pods(key)?["reasons"]?[0]?["reason"] == "NotInjectedAtCreation")
        #expect(cluster.reads == 1, "one pod of the owner")
        cluster.forgetWrites()
        #expect(try await reporter.reconcile() == .requeue(after: .seconds(60)))
        #expect(cluster.writes == [])
        #expect(cluster.reads == 0, "the explanation is remembered")
    }

    @Test("pods are listed by pages, metadata alone, without those that have ended")
    func pages() async throws {
        let key = try put("only")
        for index in 0..<240 { cluster.put(.pod, runningPod("p\(index)", annotations: [:])) }
        cluster.put(.pod, runningPod("z"))
        _ = try await reporter.reconcile()
        let lists = cluster.lists.filter { $0.type == .pod }
        #expect(lists.map(\.options.limit) == [100, 100, 100])
        #expect(lists.allSatisfy { $0.projection == .metadata })
        #expect(
            lists.allSatisfy { $0.options.fieldSelector == "status.phase!=Succeeded,status.phase!=Failed" })
        #expect(pods(key)?["requested"] == 1)
    }

    @Test("an answer that is too large is asked for again in smaller pages, and so are later ones")
    func tooLarge() async throws {
        let key = try put("only")
        for index in 0..<120 { cluster.put(.pod, runningPod("p\(index)")) }
        cluster.pageLimit = 30
        _ = try await reporter.reconcile()
        #expect(cluster.lists.filter { $0.type == .pod }.map(\.options.limit) == [100, 50, 25, 25, 25, 25, 25])
        #expect(pods(key)?["requested"] == 120)
        cluster.forgetWrites()
        _ = try await reporter.reconcile()
        #expect(cluster.lists.filter { $0.type == .pod }.map(\.options.limit) == [25, 25, 25, 25, 25])
        cluster.pageLimit = 0
        #expect(try await reporter.reconcile() == .requeue(after: .seconds(60)), "one pod alone is too large")
    }

    @Test("without Instrumentations nothing is listed")
    func none() async throws {
        cluster.put(.pod, runningPod("p"))
        #expect(try await reporter.reconcile() == .done)
        #expect(cluster.lists == [])
    }

    @Test("only some pods are read in a pass, the others in the next ones")
    func budget() async throws {
        let key = try put("only")
        for index in 0..<45 { cluster.put(.pod, runningPod("p\(index)", owner: "rs\(index)")) }
        for refused in [20, 40, 45, 45] {
            cluster.forgetWrites()
            _ = try await reporter.reconcile()
            #expect(cluster.reads <= 20)
            #expect(pods(key)?["requested"] == 45)
            #expect(pods(key)?["refused"] == .int(refused))
        }
        #expect(cluster.writes == [])
    }

    @Test("with more owners than explanations are kept, the pods of the others stay unexplained, and nothing is read")
    func manyOwners() async throws {
        let key = try put("only")
        for index in 0..<80 { cluster.put(.pod, runningPod("p\(index)", owner: "rs\(index)")) }
        for _ in 0..<4 { _ = try await reporter.reconcile() }
        cluster.forgetWrites()
        for _ in 0..<3 { _ = try await reporter.reconcile() }
        #expect(cluster.reads == 0)
        #expect(cluster.writes == [])
        #expect(pods(key)?["requested"] == 80)
        #expect(pods(key)?["refused"] == 50)
        // Those that go make room.
        for index in 0..<60 { cluster[.pod, ObjectKey(namespace: "ns", name: "p\(index)")] = nil }
        for _ in 0..<3 { _ = try await reporter.reconcile() }
        #expect(pods(key)?["refused"] == 20)
    }

    @Test("a pass that learns nothing writes nothing, though the pass before learnt the pods in another order")
    func order() async throws {
        let key = try put("only")
        let refused: JSONValue = [["name": "PYTHONPATH", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]]]
        for index in 0..<30 {
            cluster.put(.pod, runningPod("b\(index)", owner: "rs\(index)", environment: refused))
        }
        _ = try await reporter.reconcile()
        _ = try await reporter.reconcile()
        #expect(pods(key)?["refused"] == 30)
        for index in 0..<3 { cluster.put(.pod, runningPod("a\(index)", owner: "late", environment: refused)) }
        _ = try await reporter.reconcile()
        #expect(pods(key)?["reasons"]?[0]?["examples"] == ["a0", "a1", "a2"])
        cluster.forgetWrites()
        _ = try await reporter.reconcile()
        #expect(cluster.writes == [])
    }

    @Test("an expensive pass is followed by a pause nineteen times as long, whatever changes meanwhile")
    func pause() async throws {
        _ = try put("only")
        // Each pass takes ten seconds.
        let time = time
        cluster.put(.pod, runningPod("p"))
        cluster.before("patch Instrumentation/status ns/only") { _ in time.current += .seconds(10) }
        #expect(try await reporter.reconcile() == .requeue(after: .seconds(190)))
        time.current += .seconds(90)
        cluster.forgetWrites()
        #expect(try await reporter.reconcile() == .requeue(after: .seconds(100)))
        #expect(cluster.lists == [])
        time.current += .seconds(100)
        #expect(try await reporter.reconcile() == .requeue(after: .seconds(60)))
        #expect(cluster.lists != [])
    }

    @Test("a list that fails is tried again at the next pass, and one status that cannot be written is alone in that")
    func failures() async throws {
        let (first, second) = (try put("a"), try put("b"))
        cluster.fail("list Pod", with: .status(410, "Expired"))
        #expect(try await reporter.reconcile() == .requeue(after: .seconds(60)))
        #expect(cluster.writes == [])
        cluster.fail("list Pod", with: nil)
        cluster.fail("patch Instrumentation/status ns/a", with: .status(403, "Forbidden"))
        _ = try await reporter.reconcile()
        #expect(pods(first) == nil)
        #expect(pods(second)?["requested"] == 0)
    }

    @Test("a pod that has gone, or ended, since the list explains nothing")
    func goneMeanwhile() async throws {
        let key = try put("only")
        cluster.put(.pod, runningPod("p"))
        cluster.fail("get Pod ns/p", with: .status(404, "NotFound"))
        _ = try await reporter.reconcile()
        #expect(pods(key)?["requested"] == 1)
        #expect(pods(key)?["refused"] == 0)
        cluster.fail("get Pod ns/p", with: nil)
        var ended = runningPod("p")
        ended["status"] = ["phase": "Succeeded"]
        cluster.put(.pod, ended)
        _ = try await reporter.reconcile()
        #expect(pods(key)?["refused"] == 0)
    }

    @Test("the sums are there as metrics, until another replica leads")
    func gauges() async throws {
        _ = try put("a")
        cluster.put(.pod, runningPod("p"))
        _ = try await reporter.reconcile()
        func values() -> [Double] { reporter.gauges.map { $0.read() } }
        #expect(reporter.gauges.map { $0.labels.first?.1 } == ["requested", "injected", "refused", "outdated"])
        #expect(values() == [1, 0, 1, 0])
        reporter.reset()
        #expect(values() == [0, 0, 0, 0])
    }
}
