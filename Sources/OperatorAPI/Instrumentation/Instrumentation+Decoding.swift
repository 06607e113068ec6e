import Document

extension InstrumentationSpec {
    init(_ reader: FieldReader) throws(FieldError) {
        let exporter = try reader.nested("exporter")
        self.exporter.endpoint = try exporter.string("endpoint") ?? ""
        if exporter.value("tls") != nil { self.exporter.tls = try TLS(try exporter.nested("tls")) }

        let resource = try reader.nested("resource")
        for (key, value) in try resource.stringMap("resourceAttributes") { self.resource.attributes[key] = value }
        self.resource.addsKubernetesUIDs = try resource.bool("addK8sUIDAttributes") ?? false

        propagators = try reader.strings("propagators")
        let sampler = try reader.nested("sampler")
        self.sampler = Sampler(
            type: try sampler.string("type") ?? "", argument: try sampler.string("argument") ?? "")
        usesLabelsForResourceAttributes =
            try reader.nested("defaults").bool("useLabelsForResourceAttributes") ?? false
        environment = try reader.environment("env", acceptingEmptyNames: true)
        imagePullPolicy = try reader.string("imagePullPolicy") ?? ""
        initContainerSecurityContext = try reader.tree("initContainerSecurityContext")

        let java = try reader.nested("java")
        self.java = try AgentSection(java, resources: "resources")
        javaExtensions = try java.objects("extensions") { entry throws(FieldError) in
            JavaExtension(image: try entry.string("image") ?? "", directory: try entry.string("dir") ?? "")
        }
        nodejs = try AgentSection(try reader.nested("nodejs"))
        python = try AgentSection(try reader.nested("python"))
        dotnet = try AgentSection(try reader.nested("dotnet"))
        let go = try reader.nested("go")
        self.go = try AgentSection(go)
        goSecurityContext = try go.tree("securityContext")
        let apacheHttpd = try reader.nested("apacheHttpd")
        self.apacheHttpd = try AgentSection(apacheHttpd)
        apacheHttpdServer = try WebServer(apacheHttpd, configuration: "configPath")
        let nginx = try reader.nested("nginx")
        self.nginx = try AgentSection(nginx)
        nginxServer = try WebServer(nginx, configuration: "configFile")
    }
}

extension InstrumentationSpec.TLS {
    fileprivate init(_ reader: FieldReader) throws(FieldError) {
        secretName = try reader.string("secretName") ?? ""
        configMapName = try reader.string("configMapName") ?? ""
        caFile = try reader.string("ca_file") ?? ""
        certificateFile = try reader.string("cert_file") ?? ""
        keyFile = try reader.string("key_file") ?? ""
    }
}

extension AgentSection {
    fileprivate init(_ reader: FieldReader, resources member: String = "resourceRequirements") throws(FieldError) {
        image = try reader.string("image") ?? ""
        volumeClaimTemplate = try reader.tree("volumeClaimTemplate")
        if let size = reader.value("volumeLimitSize") {
            switch size {
            case .string, .number: volumeLimitSize = size
            default: throw reader.error("volumeLimitSize", size, "a quantity")
            }
        }
        environment = try reader.environment("env", acceptingEmptyNames: true)
        resources = try reader.tree(member)
    }
}

extension WebServer {
    fileprivate init(_ reader: FieldReader, configuration member: String) throws(FieldError) {
        version = try reader.string("version") ?? ""
        configuration = try reader.string(member) ?? ""
        attributes = try reader.environment("attrs", acceptingEmptyNames: true)
    }
}
