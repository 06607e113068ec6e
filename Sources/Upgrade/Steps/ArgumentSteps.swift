import Document

enum ArgumentSteps {
    /// 0.15.0: there is one kind of the collector's own metrics.
    static func dropMetricsChoice(_ collector: inout ObjectDraft) {
        for name in collector.takeArguments(["new-metrics", "legacy-metrics"]).keys.sorted() {
            collector.tell("argument \(name) removed, which the collector no longer has")
        }
    }

    /// 0.38.0: logging is part of the configuration.
    static func moveLogging(_ collector: inout ObjectDraft) {
        let taken = collector.takeArguments(["log-level", "log-profile", "log-format"])
        if let profile = taken["log-profile"], profile.stringValue != "dev" {
            collector.tell("argument log-profile removed: the profile is the usual one")
        }
        collector.fillTelemetry(
            "logs",
            [
                ("log-level", "level", taken["log-level"]),
                ("log-profile", "development", taken["log-profile"] == "dev" ? true : nil),
                ("log-format", "encoding", taken["log-format"]),
            ])
    }

    /// 0.43.0: the collector's own metrics are part of the configuration.
    static func moveMetrics(_ collector: inout ObjectDraft) {
        let taken = collector.takeArguments(["metrics-addr", "metrics-level"])
        collector.fillTelemetry(
            "metrics",
            [
                ("metrics-addr", "address", taken["metrics-addr"]), ("metrics-level", "level", taken["metrics-level"]),
            ])
    }

    // MARK: - Feature gates

    private static let unifiedExpansion = "-confmap.unifyEnvVarExpansion"
    private static let localHost = "-component.UseLocalHostAsDefaultHost"

    /// 0.104.0: `$1` in the relabelling of a Prometheus receiver would have become a variable.
    static func keepVariableExpansion(_ collector: inout ObjectDraft) {
        guard usesPrometheus(collector) else { return }
        collector.addGate(unifiedExpansion)
    }

    /// 0.104.0: components listen on localhost by default.
    static func keepListeningEverywhere(_ collector: inout ObjectDraft) {
        collector.addGate(localHost)
        collector.tell(
            "from this version on, components listen on localhost unless they have an endpoint; give those one that other "
                + "pods are to reach", isWarning: true)
    }

    /// 0.105.0: the gate that 0.104.0 needed would keep the collector from starting.
    static func endVariableExpansion(_ collector: inout ObjectDraft) {
        guard usesPrometheus(collector) else { return }
        collector.removeGate(unifiedExpansion)
    }

    /// 0.110.0: likewise.
    static func endListeningEverywhere(_ collector: inout ObjectDraft) { collector.removeGate(localHost) }

    private static func usesPrometheus(_ collector: ObjectDraft) -> Bool {
        collector.hasComponent(.receivers) { $0.contains("prometheus") }
    }
}

extension ObjectDraft {
    /// Moves arguments into a part of `service.telemetry`. What that says already counts, and the argument goes: a
    /// collector that is given both does not start.
    fileprivate mutating func fillTelemetry(
        _ part: String, _ values: [(argument: String, key: String, value: JSONValue?)]
    ) {
        let present = values.filter { $0.value != nil }
        if present.isEmpty { return }
        let before = members["spec"]
        var isMoved = false
        editOrCreate("spec") { spec in
            spec.editOrCreate("config") { config in
                config.editOrCreate("service") { service in
                    service.editOrCreate("telemetry") { telemetry in
                        telemetry.editOrCreate(part) { settings in
                            isMoved = true
                            for (argument, key, value) in present {
                                if settings.has(key) {
                                    settings.warn(
                                        about: key, "stays; the argument \(argument) said it, too, and is removed")
                                } else {
                                    settings[key] = value
                                    settings.say("\(key) is set, as the argument \(argument) said it")
                                }
                            }
                        }
                    }
                }
            }
        }
        // Something on the way is no object, and there it was said. The arguments are gone all the same.
        if !isMoved, before != nil {
            let names = present.map(\.argument).joined(separator: ", ")
            tell("removed the arguments \(names), which the collector no longer has", isWarning: true)
        }
    }

    fileprivate mutating func addGate(_ gate: String) {
        editOrCreate("spec") { spec in
            spec.editOrCreate("args") { arguments in
                guard let gates = arguments.gates() else { return }
                if gates.contains(gate) { return }
                arguments[Self.gates] = .string((gates + [gate]).joined(separator: ","))
                arguments.say("added \(gate) to \(Self.gates)")
            }
        }
    }

    fileprivate mutating func removeGate(_ gate: String) {
        edit("spec") { spec in
            spec.edit("args") { arguments in
                guard let gates = arguments.gates(), gates.contains(gate) else { return }
                let rest = gates.filter { $0 != gate }
                arguments[Self.gates] = rest.isEmpty ? .none : .string(rest.joined(separator: ","))
                arguments.say("removed \(gate) from \(Self.gates)")
            }
            // An object that was made for the gate alone.
            if spec.members["args"]?.objectValue?.isEmpty == true { spec["args"] = nil }
        }
    }

    private static let gates = "feature-gates"

    /// The feature gates of the arguments; `nil` for what is no string.
    private mutating func gates() -> [String]? {
        guard has(Self.gates) else { return [] }
        guard let text = members[Self.gates]?.stringValue else {
            leave(Self.gates, expected: "a string")
            return nil
        }
        return text.split(separator: ",").map(String.init)
    }
}
