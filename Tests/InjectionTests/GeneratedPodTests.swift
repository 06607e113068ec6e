import Document
import Injection
import OperatorAPI
import TestSupport
import Testing

/// The laws over many pods that no person would write.
@Suite("Generated pods")
struct GeneratedPodTests {
    private static let seeds = 0..<500

    @Test("obey the laws", arguments: seeds)
    func laws(seed: Int) throws {
        let given = Given(seed: seed)
        try given.expectLawful(given.inject())
    }

    @Test("every language is injected often, and refused for many reasons")
    func variety() {
        var injected: [Language: Int] = [:]
        var labels: Set<String> = []
        for seed in Self.seeds {
            let result = Given(seed: seed).inject()
            for language in Set((result.injectedPod?.containers ?? []).map(\.language)) {
                injected[language, default: 0] += 1
            }
            labels.formUnion(result.refusals.map(\.reason.label))
        }
        for language in Language.allCases { #expect(injected[language, default: 0] > 8, "\(language)") }
        #expect(labels.count >= 18, "\(labels.count): \(labels.sorted())")
    }
}

extension Given {
    init(seed: Int) {
        var generator = PodGenerator(seed: UInt64(seed))
        let generated = generator.generate()
        self.init(
            pod: generated.pod, annotations: generated.namespaceAnnotations,
            instrumentations: generated.instrumentations, collectors: generated.collectors,
            hasNativeSidecars: generated.hasNativeSidecars,
            settings: InjectionSettings(
                isMultiInstrumentationEnabled: generated.isMultiInstrumentationEnabled,
                enabledLanguages: Set(Language.allCases)))
    }
}
