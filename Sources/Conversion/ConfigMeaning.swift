import Document
import OperatorAPI
import Rendering

/// Whether a text of v1alpha1 and an object of v1beta1 are the same configuration. A record that says so is not believed.
enum ConfigMeaning {
    /// Whether a kept text may be shown in the place of `config`: who writes it back must write what is stored.
    ///
    /// - Parameter isMarked: whether the record says that the text cannot be read.
    static func text(_ text: JSONValue?, mayStandFor config: JSONValue, isMarked: Bool) -> Bool {
        guard let read = try? ConfigText.read(text) else { return false }
        if read.problem != nil { return isMarked && isEmpty(config) }
        return isEqual(read.value, config) || isDefault(config, of: read.value) || isShown(config, as: read.value)
    }

    /// Whether a kept configuration may be stored for a text: a client that knows the text alone must have seen what it writes.
    ///
    /// - Parameter read: what the text says.
    static func config(_ config: JSONValue?, mayStandFor text: JSONValue?, _ read: ConfigText.Content) -> Bool {
        guard let config else { return text == nil }
        guard config.objectValue != nil || config.isNull else { return false }
        let shown = ConfigText.write(config)
        if text?.stringValue == shown { return true }
        if read.problem != nil { return isEmpty(config) }
        return isDefault(config, of: read.value) || isShown(config, as: read.value)
    }

    /// Whether the text that the conversion alone makes of `config` says `read`. Some members of v1beta1 are not in it.
    private static func isShown(_ config: JSONValue, as read: JSONValue) -> Bool {
        guard let shown = try? ConfigText.read(.string(ConfigText.write(config))), shown.problem == nil else {
            return false
        }
        return isEqual(shown.value, read)
    }

    /// Whether `config` is `written` with what the webhook adds to every configuration.
    static func isDefault(_ config: JSONValue, of written: JSONValue) -> Bool {
        let resource: JSONValue = [
            "apiVersion": .string("\(CollectorConversion.group)/\(CollectorConversion.v1beta1)"),
            "kind": "OpenTelemetryCollector", "metadata": ["name": "a", "namespace": "a"],
            "spec": ["config": written],
        ]
        guard let defaulted = try? CollectorDefaulting().defaulted(resource).resource[path: "spec", "config"] else {
            return false
        }
        return isEqual(defaulted, config)
    }

    /// As the API server compares.
    static func isEqual(_ one: JSONValue, _ other: JSONValue) -> Bool {
        one == other || ConversionRecord.digest(of: one) == ConversionRecord.digest(of: other)
    }

    private static func isEmpty(_ config: JSONValue) -> Bool { (try? CollectorConfig(config).isEmpty) == true }
}
