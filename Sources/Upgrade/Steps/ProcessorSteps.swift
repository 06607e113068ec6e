import Document
import OperatorAPI

enum ProcessorSteps {
    /// 0.19.0: queues and retries belong to the exporters. A pipeline that still named the processor would not start.
    static func dropQueuedRetry(_ collector: inout ObjectDraft) {
        var isPresent = false
        collector.edit(path: "spec", "config", "processors") { processors in
            for id in processors.members.keys where isQueuedRetry(id) {
                processors[id] = nil
                processors.warn(
                    about: id,
                    "removed, here and from the pipelines: exporters queue and retry by themselves, "
                        + "see their sending_queue and retry_on_failure")
                isPresent = true
            }
        }
        if isPresent { collector.pipelines(.processors) { isQueuedRetry($0) ? nil : $0 } }
    }

    private static func isQueuedRetry(_ id: String) -> Bool { ComponentID.type(of: id) == "queued_retry" }

    /// 0.19.0: the resource processor knows attributes only, in place of a type and labels.
    static func turnResourceIntoAttributes(_ collector: inout ObjectDraft) {
        collector.components(.processors, of: ["resource"]) { processor in
            guard processor.members["type"] != nil || processor.members["labels"] != nil else { return }
            if processor.has("attributes"), processor.members["attributes"]?.arrayValue == nil {
                return processor.leave("attributes", expected: "a list")
            }
            if processor.has("labels"), processor.members["labels"]?.objectValue == nil {
                return processor.leave("labels", expected: "an object")
            }
            var attributes: [JSONValue] = []
            if let type = processor.take("type"), !type.isNull { attributes.append(upsert("opencensus.type", type)) }
            for label in processor.take("labels")?.objectValue?.members ?? [] {
                attributes.append(upsert(label.key, label.value.isNull ? "" : label.value))
            }
            // What the user says with the new words counts after it, and so wins.
            let all = attributes + (processor.members["attributes"]?.arrayValue ?? [])
            if !all.isEmpty { processor["attributes"] = .array(all) }
            processor.say("type and labels are now attributes")
        }
    }

    private static func upsert(_ key: String, _ value: JSONValue) -> JSONValue {
        ["action": "upsert", "key": .string(key), "value": value]
    }

    /// 0.39.0: the memory limiter asks the ballast extension itself.
    static func dropBallastSize(_ collector: inout ObjectDraft) {
        collector.components(.processors, of: ["memory_limiter"]) { processor in
            guard processor.take("ballast_size_mib") != nil else { return }
            processor.say("removed ballast_size_mib, which the processor no longer has")
        }
    }
}
