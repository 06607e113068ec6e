import Injection
import OperatorAPI
import Rendering
import ServingCertificate
import TLSServer
import Webhook

/// The settings in the types of those who act on them.
extension Settings {
    func injection() throws(SettingsError) -> InjectionSettings {
        var images = DefaultImages()
        for (name, image) in instrumentationImages {
            guard let language = Language(rawValue: name) else {
                throw SettingsError(description: "no language \(name)")
            }
            images[language] = image
        }
        return InjectionSettings(
            isMultiInstrumentationEnabled: isMultiInstrumentationEnabled,
            enabledLanguages: Set(enabledLanguages.compactMap(Language.init)), defaultImages: images)
    }

    /// The Instrumentation of the configuration file; `nil` when the cluster's are used.
    var instrumentationForAll: Instrumentation? {
        areInstrumentationCRDsEnabled ? nil : fixedInstrumentation
    }

    func rendering(_ environment: ProcessEnvironment) throws(SettingsError) -> RenderingOptions {
        var options = RenderingOptions()
        if !collectorImage.isEmpty { options.collectorImage = collectorImage }
        do throws(KeyFilterError) {
            options.labelsFilter = try KeyFilter(expressions: labelsFilter)
            options.annotationsFilter = try KeyFilter(expressions: annotationsFilter)
        } catch {
            throw SettingsError(description: error.description)
        }
        options.proxyEnvironment = environment.proxies
        guard let monitors = RenderingOptions.MonitorAPI(rawValue: monitorAPI) else {
            throw SettingsError(description: "flag --monitor-api: no choice \(monitorAPI)")
        }
        options.monitorAPI = monitors
        if areOperandsConfigured {
            options.tlsProfile = TLSProfile(
                minimumVersion: minimumTLSVersion == "VersionTLS13" ? "1.3" : "1.2", cipherSuites: cipherSuites)
        }
        return options
    }

    func tls() throws(SettingsError) -> TLSSettings {
        guard let version = TLSSettings.Version(kubernetesName: minimumTLSVersion) else {
            throw SettingsError(description: "flag --tls-min-version: no version \(minimumTLSVersion)")
        }
        var suites: [CipherSuite] = []
        for name in cipherSuites {
            guard let suite = CipherSuite(name) else {
                throw SettingsError(description: "flag --tls-cipher-suites: no cipher suite \(name)")
            }
            suites.append(suite)
        }
        return TLSSettings(minimumVersion: version, cipherSuites: suites)
    }

    /// What the serving certificate is valid for: the Service's names, and what the flags add.
    func servingNames(namespace: String) throws(SettingsError) -> [SubjectName] {
        let service = "opentelemetry-operator-webhook-service.\(namespace).svc"
        var names: [SubjectName] = []
        for text in [service, "\(service).cluster.local"] + webhookNames {
            do throws(CertificateError) {
                names.append(try SubjectName(text))
            } catch {
                throw SettingsError(description: "flag --webhook-names: \(error)")
            }
        }
        return names
    }

    func metricsCertificate(_ source: CertificateSource) throws(SettingsError) -> MountedCertificate {
        guard !metricsKeyFile.isEmpty else {
            throw SettingsError(description: "flag --metrics-tls-cert-file needs --metrics-tls-key-file beside it")
        }
        let (directory, certificate) = Self.split(metricsCertificateFile)
        let (keyDirectory, key) = Self.split(metricsKeyFile)
        guard directory == keyDirectory else {
            throw SettingsError(
                description: "flag --metrics-tls-key-file: expected a file in \(directory), found \(metricsKeyFile)")
        }
        return MountedCertificate(directory: directory, certificateName: certificate, keyName: key, source: source)
    }

    static func address(_ text: String, _ flag: String) throws(SettingsError) -> ListenAddress {
        guard let address = ListenAddress(text) else {
            throw SettingsError(description: "flag --\(flag): expected HOST:PORT or :PORT, found \"\(text)\"")
        }
        return address
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }
}
