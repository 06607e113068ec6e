import Document
import OperatorAPI

/// Brings back what a record keeps, as far as it could have been lost.
///
/// Whoever writes a resource can write a record, and whoever reads the resource in the other version and writes it back would
/// then write what the record says. So a record never counts against what the resource itself says: the result, converted
/// again, differs from the resource no more than the result without the record does.
struct Restoring {
    /// The resource, without its record.
    let written: JSONValue
    /// What the conversion alone gives.
    let plain: JSONValue
    /// The conversion alone into the version of `written`; `spec.config` is absent.
    let back: (JSONValue) -> JSONValue?

    /// The result without the change of `spec.config`, which ``ConfigMeaning`` judges.
    func restored(_ record: ConversionRecord) -> JSONValue {
        let changes = record.changes.filter { $0.path != ConversionRecord.configPath }
        guard !changes.isEmpty, let unavoidable = lost(by: plain) else { return plain }
        func isFaithful(_ candidate: JSONValue) -> Bool {
            lost(by: candidate)?.allSatisfy(unavoidable.contains) ?? false
        }
        let whole = changes.reduce(plain) { $1.restored(in: $0) }
        if isFaithful(whole) { return whole }
        // The deprecated bounds say something only together with the autoscaler.
        let bounds = changes.filter { AlphaToBeta.replicaBounds.contains($0.path) }
        let others = changes.filter { !AlphaToBeta.replicaBounds.contains($0.path) }
        return (others.map { [$0] } + [bounds]).reduce(plain) { current, group in
            let candidate = group.reduce(current) { $1.restored(in: $0) }
            return isFaithful(candidate) ? candidate : current
        }
    }

    /// What of `written` does not come back.
    private func lost(by candidate: JSONValue) -> [ConversionRecord.Change]? {
        back(candidate.settingConfig(nil)).map {
            ConversionRecord.Change.all(from: $0.settingConfig(nil), to: written.settingConfig(nil))
        }
    }
}

extension JSONValue {
    /// A resource with that `spec.config`, if it has a `spec`.
    func settingConfig(_ config: JSONValue?) -> JSONValue {
        guard case .object(var spec)? = self["spec"] else { return self }
        spec["config"] = config
        var result = self
        result["spec"] = .object(spec)
        return result
    }
}
