/// What the validating webhook says of an Instrumentation. The messages are the reference's, letter for letter, as
/// clients match on them.
public struct InstrumentationVerdict: Equatable, Sendable {
    /// The first thing that is wrong; the request is denied with it.
    public var error: String?
    /// Shown whether denied or not.
    public var warnings: [String]

    public init(error: String?, warnings: [String]) {
        self.error = error
        self.warnings = warnings
    }
}

extension Instrumentation {
    /// Checks what the schema does not. The same for create, update and delete.
    ///
    /// - Parameter images: of this operator, for the warning on images that it cannot upgrade.
    public func validated(images: DefaultImages) -> InstrumentationVerdict {
        var verdict = InstrumentationVerdict(error: nil, warnings: [])
        warnOfBlockedUpgrades(images, &verdict)
        verdict.error = SamplerRule.check(spec.sampler, &verdict.warnings) ?? volumeConflict()
        if verdict.error != nil { return verdict }
        warnOfExporter(&verdict)
        let order: [Language] = [.java, .nodejs, .python, .dotnet, .go, .apacheHttpd, .nginx]
        for language in order where spec[language]?.volumeLimitSize != nil {
            let section = Self.messageName(language)
            verdict.warnings.append(
                "spec.\(section).volumeSizeLimit is deprecated and will be removed in a future release; "
                    + "use spec.\(section).volume.size instead")
        }
        return verdict
    }

    private func warnOfBlockedUpgrades(_ images: DefaultImages, _ verdict: inout InstrumentationVerdict) {
        for language in Language.withAgent {
            guard let image = spec[language]?.image, !image.isEmpty, let target = images[language],
                let block = UpgradeBlock.between(image, and: target, for: language)
            else { continue }
            verdict.warnings.append(
                "Instrumentation \(key): \(language.rawValue) image \(image) is at a version that cannot be "
                    + "automatically upgraded. \(block.message)")
        }
    }

    private func volumeConflict() -> String? {
        let order: [Language] = [.apacheHttpd, .dotnet, .go, .java, .nginx, .nodejs, .python]
        let conflict = order.first { spec[$0]?.claimTemplate != nil && spec[$0]?.volumeLimitSize != nil }
        return conflict.map {
            let section = Self.messageName($0)
            return "spec.\(section).volumeClaimTemplate and spec.\(section).volumeSizeLimit cannot both be defined: "
                + "unable to resolve volume size"
        }
    }

    private func warnOfExporter(_ verdict: inout InstrumentationVerdict) {
        let isSecure = spec.exporter.endpoint.hasPrefix("https://")
        guard let tls = spec.exporter.tls else {
            if isSecure { verdict.warnings.append("exporter is using https:// but exporter.tls is unset") }
            return
        }
        if tls.keyFile.isEmpty != tls.certificateFile.isEmpty {
            verdict.warnings.append("both exporter.tls.key and exporter.tls.cert mut be set")
        }
        if !isSecure {
            verdict.warnings.append(
                "exporter.tls is configured but exporter.endpoint is not enabling TLS with https://")
        }
    }

    private static func messageName(_ language: Language) -> String { (language.section ?? "").lowercased() }
}

/// The rules for `spec.sampler`.
enum SamplerRule {
    static func check(_ sampler: InstrumentationSpec.Sampler, _ warnings: inout [String]) -> String? {
        let argument = sampler.argument
        switch sampler.type {
        case "":
            warnings.append("sampler type not set")
            return nil
        case "always_on", "always_off", "parentbased_always_on", "parentbased_always_off", "xray":
            return nil
        case "traceidratio", "parentbased_traceidratio":
            if argument.isEmpty { return nil }
            guard let ratio = GoNumber.float(argument) else {
                return "spec.sampler.argument is not a number: \(argument)"
            }
            return isOutOfRange(ratio) ? "spec.sampler.argument should be in rage [0..1]: \(argument)" : nil
        case "jaeger_remote", "parentbased_jaeger_remote":
            if argument.isEmpty { return nil }
            return jaegerFault(argument).map {
                "spec.sampler.argument is not a valid argument for sampler \(sampler.type): \($0)"
            }
        default:
            return "spec.sampler.type is not valid: \(sampler.type)"
        }
    }

    /// NaN is not out of range, as in the reference.
    private static func isOutOfRange(_ ratio: Double) -> Bool { ratio < 0 || ratio > 1 }

    /// `endpoint=…,pollingIntervalMs=…,initialSamplingRate=…`; unknown keys pass.
    private static func jaegerFault(_ argument: String) -> String? {
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "=", omittingEmptySubsequences: false)
            guard pieces.count == 2 else {
                return "invalid argument: \(part), the argument should be in the form of key=value"
            }
            let value = String(pieces[1])
            switch pieces[0] {
            case "endpoint" where value.isEmpty: return "endpoint cannot be empty"
            case "pollingIntervalMs" where Int(value) == nil: return "invalid pollingIntervalMs: \(value)"
            case "initialSamplingRate":
                guard let rate = GoNumber.float(value) else { return "invalid initialSamplingRate: \(value)" }
                if isOutOfRange(rate) { return "initialSamplingRate should be in rage [0..1]: \(value)" }
            default: continue
            }
        }
        return nil
    }
}

/// Numbers as Go's strconv reads them, which is what users' manifests were accepted by so far.
enum GoNumber {
    /// Decimal, exponent, hexadecimal with an exponent, `Inf`, `NaN`. Too large a number is none.
    static func float(_ text: String) -> Double? {
        let lower = text.lowercased()
        if lower.contains("0x"), !lower.contains("p") { return nil }
        if lower.contains("nan"), lower != "nan" { return nil }
        guard let value = Double(text) else { return nil }
        return value.isInfinite && !lower.contains("inf") ? nil : value
    }
}
