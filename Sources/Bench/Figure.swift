/// One thing that is measured: what it is called, its unit, and what we want it to be.
struct Figure {
    enum Goal {
        case atMost(Double)
        case atLeast(Double)

        func isMet(by value: Double) -> Bool {
            switch self {
            case .atMost(let limit): value <= limit
            case .atLeast(let limit): value >= limit
            }
        }
    }

    let group: String
    /// As the measuring part prints it.
    let key: String
    let title: String
    let unit: String
    var goal: Goal?
    /// The same of the reference, opentelemetry-operator 0.158, measured on this kind of machine.
    var reference: Double?

    static let all: [Figure] = inProcess + overTLS + process + fleet

    // MARK: - Groups

    private static func measured(_ cases: [PodReview.Case]) -> [(key: String, title: String)] {
        PodReview.sizes.flatMap { size, _ in
            cases.map { ("\(size).\($0.name)", "\(size == "5k" ? "5 KB" : "30 KB") pod, \($0.title)") }
        }
    }

    private static let inProcess: [Figure] = measured(PodReview.Case.all).flatMap { key, title in
        let group = "Admission in process (bytes in, bytes out, no network)"
        func figure(_ name: String, _ text: String, _ unit: String, _ goal: Goal? = nil) -> Figure {
            Figure(group: group, key: "admission.\(key).\(name)", title: "\(title): \(text)", unit: unit, goal: goal)
        }
        return [
            figure("p50", "p50", "µs"),
            figure("p99", "p99", "µs", .atMost(500)),
            figure("cpu", "CPU a review", "µs"),
            figure("allocated", "allocated", "bytes"),
            figure("allocations", "allocations", "calls"),
        ]
    }

    private static let overTLS: [Figure] = measured(PodReview.Case.main).flatMap { key, title in
        let group = "Admission over TLS on loopback (one core for us, one for wrk, kept connections)"
        func figure(
            _ name: String, _ text: String, _ unit: String, _ goal: Goal? = nil, reference: Double? = nil
        ) -> Figure {
            Figure(
                group: group, key: "tls.\(key).\(name)", title: "\(title): \(text)", unit: unit, goal: goal,
                reference: reference)
        }
        let (throughput, cpu): (Double?, Double?) =
            switch key {
            case "5k.skip": (930, 1.06)
            case "5k.python": (700, 1.42)
            case "30k.python": (100, 9.5)
            default: (nil, nil)
            }
        let cpuGoal: Goal? =
            switch key {
            case "5k.skip": .atMost(0.035)
            case "5k.python": .atMost(0.14)
            case "30k.python": .atMost(0.95)
            default: nil
            }
        return [
            figure("throughput", "reviews", "a second", reference: throughput),
            figure("limit", "canned answers (the limit)", "a second"),
            figure("throughput_ratio", "reviews to limit", "ratio", .atLeast(0.7)),
            figure("p99", "p99", "ms"),
            figure("p99_ratio", "p99 to the limit's", "ratio"),
            figure("cpu", "CPU a review", "ms", cpuGoal, reference: cpu),
            figure("limit_cpu", "CPU a canned answer", "ms"),
        ]
    }

    private static let process: [Figure] = {
        let group = "The process on a real API server"
        func figure(
            _ key: String, _ title: String, _ unit: String, _ goal: Goal? = nil, reference: Double? = nil
        ) -> Figure {
            Figure(group: group, key: key, title: title, unit: unit, goal: goal, reference: reference)
        }
        let full = "100 collectors, 1,000 namespaces"
        return [
            figure("binary.size", "binary, stripped", "MB", .atMost(30)),
            figure("start.first", "start until ready, first install", "ms", .atMost(500)),
            figure("start.again", "start until ready, \(full)", "ms", .atMost(500)),
            figure("idle.resident", "idle: resident", "MB", .atMost(20), reference: 63),
            figure("idle.anonymous", "idle: of it anonymous", "MB", .atMost(5), reference: 15),
            figure("idle.peak", "idle: peak since the start", "MB"),
            figure("loaded.resident", "\(full): resident", "MB", .atMost(32)),
            figure("loaded.anonymous", "\(full): of it anonymous", "MB", .atMost(10)),
            figure("pods.resident", "the same and 10,000 pods: resident", "MB", .atMost(32), reference: 97),
            figure("pods.anonymous", "the same and 10,000 pods: of it anonymous", "MB", .atMost(10), reference: 47),
            figure("pods.growth", "growth by the 10,000 pods, anonymous", "MB", .atMost(1)),
            figure("again.resident", "restarted beside all that: resident", "MB", .atMost(32)),
            figure("again.anonymous", "restarted beside all that: of it anonymous", "MB", .atMost(10)),
            figure("again.peak", "restarted beside all that: peak since the start", "MB"),
            figure("populate.collectors", "100 collectors until their Deployments are there", "s"),
            figure("populate.pods", "10,000 pods created, all through the webhook", "s"),
        ]
    }()

    private static let fleet: [Figure] = {
        let group = "1,000 collectors on a real API server (QUICK: 200), and a client that makes the same objects"
        func figure(_ key: String, _ title: String, _ unit: String, _ goal: Goal? = nil) -> Figure {
            Figure(group: group, key: key, title: title, unit: unit, goal: goal)
        }
        return [
            figure("fleet.start.first", "start until ready", "ms"),
            figure("fleet.created", "collectors created, all through the webhook", "s"),
            figure("fleet.ready", "until all are ready", "s"),
            figure("floor.time", "the client: the same writes", "s"),
            figure("fleet.cpu", "CPU a collector: operator", "ms"),
            figure("fleet.server_cpu", "CPU a collector: API server", "ms"),
            figure("fleet.etcd_cpu", "CPU a collector: etcd", "ms"),
            figure("fleet.manager_cpu", "CPU a collector: controller manager", "ms"),
            figure("floor.cpu", "CPU a collector, of the client's: operator, nearly all of it the webhooks", "ms"),
            figure("floor.server_cpu", "CPU a collector, of the client's: API server", "ms"),
            figure("floor.etcd_cpu", "CPU a collector, of the client's: etcd", "ms"),
            figure("floor.manager_cpu", "CPU a collector, of the client's: controller manager", "ms"),
            figure("fleet.applies.configmaps", "applies a collector: ConfigMaps", "writes", .atMost(1)),
            figure("fleet.applies.serviceaccounts", "applies a collector: ServiceAccounts", "writes", .atMost(1)),
            figure("fleet.applies.deployments", "applies a collector: Deployments", "writes", .atMost(1)),
            figure("fleet.applies.services", "applies a collector: Services", "writes", .atMost(3)),
            figure("fleet.applies.networkpolicies", "applies a collector: NetworkPolicies", "writes", .atMost(1)),
            figure("fleet.patches.collectors", "patches a collector: of its status", "writes"),
            figure("fleet.events", "Events a collector, everybody's", "writes"),
            figure("fleet.reads", "reads a collector, of it and its objects, everybody's", "requests"),
            figure("fleet.before.resident", "before: resident", "MB"),
            figure("fleet.before.anonymous", "before: of it anonymous", "MB"),
            figure("fleet.after.resident", "after: resident", "MB"),
            figure("fleet.after.anonymous", "after: of it anonymous", "MB"),
            figure("fleet.after.peak", "after: peak since the start", "MB"),
            figure("fleet.start.again", "a restart: until ready", "ms", .atMost(500)),
            figure("fleet.again.time", "a restart: from then until all were looked at", "s"),
            figure(
                "fleet.again.writes", "a restart: writes of collectors, their objects and Events, in all", "writes",
                .atMost(0)),
            figure("fleet.again.reads", "a restart: reads a collector, of it and its objects", "requests"),
            figure("fleet.again.cpu", "a restart: operator's CPU a collector, all since its start", "ms"),
            figure("fleet.again.resident", "a restart: resident", "MB"),
            figure("fleet.again.anonymous", "a restart: of it anonymous", "MB"),
            figure("fleet.again.peak", "a restart: peak since the start", "MB"),
        ]
    }()
}
