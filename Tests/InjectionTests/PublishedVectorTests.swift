import Document
import Injection
import KubeModel
import OperatorAPI
import Testing

/// Results of the reference's own code for one pod, written out variable by variable.
@Suite("Vectors")
struct PublishedVectorTests {
    /// What is between the variables that every language begins and ends with; for Go of the agent's container.
    @Test(
        "the whole environment in its order",
        arguments: [
            (
                .java,
                [
                    "HAVE=own", "LANG_ONLY=l", "BOTH=lang", "COMMON=c",
                    "JAVA_TOOL_OPTIONS= -javaagent:\(Text.java)/javaagent.jar",
                ]
            ),
            (
                .nodejs,
                [
                    "HAVE=own", "LANG_ONLY=l", "BOTH=lang", "COMMON=c",
                    "NODE_OPTIONS= --require /otel-auto-instrumentation-nodejs/autoinstrumentation.js",
                    "OTEL_METRICS_EXPORTER=otlp",
                ]
            ),
            (
                .python,
                [
                    "HAVE=own", "LANG_ONLY=l", "BOTH=lang",
                    "PYTHONPATH=\(Text.python)/opentelemetry/instrumentation/auto_instrumentation:\(Text.python)",
                    "COMMON=c",
                    "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_TRACES_EXPORTER=otlp",
                    "OTEL_METRICS_EXPORTER=otlp", "OTEL_LOGS_EXPORTER=otlp",
                ]
            ),
            (
                .dotnet,
                [
                    "HAVE=own", "LANG_ONLY=l", "BOTH=lang", "COMMON=c", "CORECLR_ENABLE_PROFILING=1",
                    "CORECLR_PROFILER={918728DD-259F-4A6A-AC2B-B85E1B658318}",
                    "CORECLR_PROFILER_PATH=\(Text.dotnet)/linux/OpenTelemetry.AutoInstrumentation.Native.so",
                    "DOTNET_STARTUP_HOOKS=\(Text.dotnet)/net/OpenTelemetry.AutoInstrumentation.StartupHook.dll",
                    "DOTNET_ADDITIONAL_DEPS=\(Text.dotnet)/AdditionalDeps", "OTEL_DOTNET_AUTO_HOME=\(Text.dotnet)",
                    "DOTNET_SHARED_STORE=\(Text.dotnet)/store",
                ]
            ),
            (.go, ["OTEL_GO_AUTO_TARGET_EXE=/app/run", "LANG_ONLY=l", "BOTH=lang", "HAVE=lang", "COMMON=c"]),
            (.apacheHttpd, ["HAVE=own", "LANG_ONLY=l", "BOTH=lang", "COMMON=c"]),
            (
                .nginx,
                [
                    "HAVE=own", "LANG_ONLY=l", "BOTH=lang",
                    "LD_LIBRARY_PATH=/opt/opentelemetry-webserver/agent/sdk_lib/lib", "COMMON=c",
                ]
            ),
            (.sdk, ["HAVE=own", "COMMON=c", "BOTH=common"]),
        ] as [(Language, [String])])
    func environment(language: Language, expected: [String]) throws {
        let pod = try pod(Vector(language).inject())
        let container = language == .go ? "opentelemetry-auto-instrumentation" : "app"
        #expect(pod.environment(of: container) == Text.head + expected + Text.tail)
        if language == .go {
            #expect(pod.environment(of: "app") == ["HAVE=own"])
            #expect(pod["spec"]?["shareProcessNamespace"] == true)
        }
    }

    @Test(
        "what the application's container mounts afterwards",
        arguments: [
            (.java, ["opentelemetry-auto-instrumentation-java at \(Text.java)"]),
            (
                .nodejs, ["opentelemetry-auto-instrumentation-nodejs at /otel-auto-instrumentation-nodejs"]
            ),
            (.python, ["opentelemetry-auto-instrumentation-python at \(Text.python)"]),
            (.dotnet, ["opentelemetry-auto-instrumentation-dotnet at \(Text.dotnet)"]), (.go, []), (.sdk, []),
            (
                .apacheHttpd,
                [
                    "otel-apache-agent at /opt/opentelemetry-webserver/agent",
                    "otel-apache-conf-dir at /usr/local/apache2/conf",
                ]
            ),
            (
                .nginx,
                ["otel-nginx-agent at /opt/opentelemetry-webserver/agent", "otel-nginx-conf-dir at /etc/nginx"]
            ),
        ] as [(Language, [String])])
    func mounts(language: Language, expected: [String]) throws {
        let pod = try pod(Vector(language).inject())
        #expect(pod.mounts(of: "app") == ["sa at /var/run/secrets"] + expected)
    }

    @Test("the init containers of web servers", arguments: [Language.apacheHttpd, .nginx])
    func webServers(language: Language) throws {
        let pod = try pod(Vector(language).inject())
        let kind = language == .nginx ? "nginx" : "apache"
        let clone = "otel-agent-source-container-clone"
        #expect(pod.environment(of: clone) == ["HAVE=own", "LANG_ONLY=l", "BOTH=lang"])
        #expect(
            pod.mounts(of: clone) == [
                "sa at /var/run/secrets", "otel-\(kind)-conf-dir at /opt/opentelemetry-webserver/source-conf",
            ])
        let attach = pod.environment(of: "otel-agent-attach-\(kind)")
        #expect(
            attach.prefix(6) == [
                "LANG_ONLY=l", "BOTH=lang", "HAVE=lang", "COMMON=c", "OTEL_POD_IP<status.podIP>",
                "OTEL_NODE_IP<status.hostIP>",
            ])
        let names =
            language == .nginx
            ? ["OTEL_NGINX_AGENT_CONF", "OTEL_NGINX_SERVICE_INSTANCE_ID"]
            : ["OTEL_APACHE_AGENT_CONF", "APACHE_SERVICE_INSTANCE_ID"]
        #expect(attach.count == 8)
        #expect(attach[6].hasPrefix("\(names[0])="))
        #expect(attach[7] == "\(names[1])<metadata.name>")
    }

    // MARK: - Certificates

    @Test(
        "certificates: the order of volumes and mounts",
        arguments: [
            (
                [.java, .python],
                Text.certificates + [
                    "opentelemetry-auto-instrumentation-java", "opentelemetry-auto-instrumentation-python",
                ],
                [
                    "opentelemetry-auto-instrumentation-java at \(Text.java)", Text.secret, Text.configMap,
                    "opentelemetry-auto-instrumentation-python at \(Text.python)",
                ]
            ),
            (
                [.go], ["kernel-debug"] + Text.certificates,
                ["kernel-debug at /sys/kernel/debug", Text.secret, Text.configMap]
            ),
            (
                [.apacheHttpd], ["otel-apache-conf-dir", "otel-apache-agent"] + Text.certificates,
                [
                    "otel-apache-agent at /opt/opentelemetry-webserver/agent",
                    "otel-apache-conf-dir at /usr/local/apache2/conf", Text.secret, Text.configMap,
                ]
            ),
            (
                [.nginx], ["otel-nginx-conf-dir", "otel-nginx-agent"] + Text.certificates,
                [
                    "otel-nginx-agent at /opt/opentelemetry-webserver/agent", "otel-nginx-conf-dir at /etc/nginx",
                    Text.secret, Text.configMap,
                ]
            ),
        ] as [([Language], [String], [String])])
    func certificates(languages: [Language], volumes: [String], mounts: [String]) throws {
        var vector = Vector(languages)
        vector.containerNames = "app"
        vector.spec["exporter"] = [
            "endpoint": "https://col:4318",
            "tls": [
                "secretName": "s", "configMapName": "c", "ca_file": "ca.crt", "cert_file": "tls.crt",
                "key_file": "tls.key",
            ],
        ]
        let pod = try pod(vector.inject())
        #expect((pod["spec"]?["volumes"]?.arrayValue ?? []).map { $0["name"]?.stringValue } == volumes)
        let container = languages == [.go] ? "opentelemetry-auto-instrumentation" : "app"
        #expect(pod.mounts(of: container).filter { $0 != "sa at /var/run/secrets" } == mounts)
        let environment = pod.environment(of: container)
        for (name, path) in [
            ("CERTIFICATE", "configmap-c/ca.crt"), ("CLIENT_CERTIFICATE", "secret-s/tls.crt"),
            ("CLIENT_KEY", "secret-s/tls.key"),
        ] {
            #expect(environment.contains("OTEL_EXPORTER_OTLP_\(name)=/otel-auto-instrumentation-\(path)"))
        }
    }

    // MARK: - Containers

    @Test("Java with two extensions before the first init container that it serves")
    func javaExtensions() throws {
        var vector = Vector([.java])
        vector.containerNames = "app,i1"
        vector.pod["spec"]?["initContainers"] = [
            ["name": "i0", "image": "i:0"], ["name": "i1", "image": "i:1", "securityContext": ["runAsUser": 1]],
        ]
        vector.spec["java"] = ["extensions": [["image": "e:0", "dir": "/e"], ["image": "e:1", "dir": "/e"]]]
        let pod = try pod(vector.inject())
        #expect(
            pod.initContainerNames == [
                "i0", "opentelemetry-auto-instrumentation-java", "opentelemetry-auto-instrumentation-extension-0",
                "opentelemetry-auto-instrumentation-extension-1", "i1",
            ])
        #expect(pod.container("opentelemetry-auto-instrumentation-java")?["securityContext"] == ["runAsUser": 1])
    }

    @Test("two languages before the same init container, four containers served")
    func initContainers() throws {
        var vector = Vector([.nodejs, .python])
        vector.containerNames = "b,i2,a,i1"
        vector.pod["spec"] = [
            "containers": [["name": "a", "image": "a"], ["name": "b", "image": "b"]],
            "initContainers": [["name": "i1", "image": "i"], ["name": "i2", "image": "i"]],
        ]
        let result = vector.inject()
        let pod = try pod(result)
        #expect(
            pod.initContainerNames == [
                "opentelemetry-auto-instrumentation-nodejs", "opentelemetry-auto-instrumentation-python", "i1", "i2",
            ])
        #expect(result.injectedPod?.containers.map(\.name) == ["i1", "i2", "b", "a", "i1", "i2", "b", "a"])
    }

    // MARK: - Variables

    @Test(".NET on musl keeps and extends what is set")
    func dotnetMusl() throws {
        var vector = Vector([.dotnet])
        vector.annotations["otel-dotnet-auto-runtime"] = "linux-musl-x64"
        vector.environment = [
            ["name": "DOTNET_STARTUP_HOOKS", "value": "/h.dll"], ["name": "CORECLR_PROFILER", "value": "{X}"],
        ]
        let environment = try pod(vector.inject()).environment(of: "app")
        #expect(
            environment.filter { $0.hasPrefix("DOTNET") || $0.hasPrefix("CORECLR") || $0.hasPrefix("OTEL_DOTNET") } == [
                "DOTNET_STARTUP_HOOKS=/h.dll:\(Text.dotnet)/net/OpenTelemetry.AutoInstrumentation.StartupHook.dll",
                "CORECLR_PROFILER={X}", "CORECLR_ENABLE_PROFILING=1",
                "CORECLR_PROFILER_PATH=\(Text.dotnet)/linux-musl/OpenTelemetry.AutoInstrumentation.Native.so",
                "DOTNET_ADDITIONAL_DEPS=\(Text.dotnet)/AdditionalDeps", "OTEL_DOTNET_AUTO_HOME=\(Text.dotnet)",
                "DOTNET_SHARED_STORE=\(Text.dotnet)/store",
            ])
    }

    @Test("options among the common variables are extended where they stand")
    func commonOptions() throws {
        var vector = Vector([.java])
        vector.spec["env"] = [["name": "JAVA_TOOL_OPTIONS", "value": "-Dcommon"], ["name": "C", "value": "c"]]
        let environment = try pod(vector.inject()).environment(of: "app")
        let options = "JAVA_TOOL_OPTIONS=-Dcommon -javaagent:\(Text.java)/javaagent.jar"
        let index = try #require(environment.firstIndex(of: options))
        #expect(environment[index + 1] == "C=c")
    }

    @Test("own attributes are kept, and what they name is not repeated")
    func ownAttributes() throws {
        let own = " k8s.pod.name=x, k8s.node.name=y,bad=a=b,k8s.daemonset.name=zz"
        var vector = Vector([.python])
        vector.environment = [["name": "OTEL_RESOURCE_ATTRIBUTES", "value": .string(own)]]
        vector.pod["metadata"]?["uid"] = "u1"
        vector.pod["metadata"]?["ownerReferences"] = [
            ["apiVersion": "apps/v1", "kind": "DaemonSet", "name": "ds", "uid": "dsu"]
        ]
        vector.pod["spec"]?["nodeName"] = "n1"
        vector.spec["resource"] = [
            "addK8sUIDAttributes": true, "resourceAttributes": ["zone": "z1", "service.name": "crname"],
        ]
        let environment = try pod(vector.inject()).environment(of: "app")
        #expect(environment.contains("OTEL_SERVICE_NAME=app"))
        let expected = """
            OTEL_RESOURCE_ATTRIBUTES=\(own),k8s.container.name=app,k8s.daemonset.uid=dsu,k8s.namespace.name=ns1,\
            k8s.node.name=$(OTEL_RESOURCE_ATTRIBUTES_NODE_NAME),k8s.pod.name=$(OTEL_RESOURCE_ATTRIBUTES_POD_NAME),\
            k8s.pod.uid=u1,service.instance.id=ns1.$(OTEL_RESOURCE_ATTRIBUTES_POD_NAME).app,service.name=crname,\
            service.namespace=ns1,service.version=1.2.3,zone=z1
            """
        #expect(environment.last == expected)
    }

    @Test("own attributes that end with a comma get no second one")
    func trailingComma() throws {
        var vector = Vector([.sdk])
        vector.environment = [["name": "OTEL_RESOURCE_ATTRIBUTES", "value": "a=b,"]]
        let attributes = try #require(try pod(vector.inject()).environment(of: "app").last)
        #expect(attributes.hasPrefix("OTEL_RESOURCE_ATTRIBUTES=a=b,k8s.container.name=app,"))
    }

    @Test("attributes of annotations, labels, owners and the Instrumentation, each over those before it")
    func attributes() throws {
        var vector = Vector([.java])
        let prefix = "resource.opentelemetry.io/"
        for (key, value) in [
            ("service.name", "annname"), ("empty", ""), ("k8s.node.name", ""), ("service.namespace", ""),
            ("service.instance.id", "sid"), ("weird", "a,b=c"),
        ] {
            vector.pod["metadata"]?["annotations"]?[prefix + key] = .string(value)
        }
        vector.pod["metadata"]?["labels"]?["app.kubernetes.io/name"] = "nm"
        vector.pod["metadata"]?["labels"]?["app.kubernetes.io/version"] = "lv"
        vector.spec["defaults"] = ["useLabelsForResourceAttributes": true]
        vector.spec["resource"] = [
            "addK8sUIDAttributes": true,
            "resourceAttributes": [
                "service.namespace": "x", "service.version": "x", "k8s.pod.name": "x", "service.name": "crname",
                "zone": "z1",
            ],
        ]
        let owner = OwnerLookup(
            type: .replicaSet, key: ObjectKey(namespace: "ns1", name: "dep-abc"), uid: "rs-uid")
        vector.owners = OwnerFacts(
            owner: owner,
            owners: [
                ["apiVersion": "apps/v1", "kind": "Deployment", "name": "dep", "uid": "dep-uid"]
            ].compactMap(OwnerReference.init))
        let environment = try pod(vector.inject()).environment(of: "app")
        #expect(environment.contains("OTEL_SERVICE_NAME=annname"))
        #expect(
            environment.filter { $0.hasPrefix("OTEL_RESOURCE_ATTRIBUTES_") } == [
                "OTEL_RESOURCE_ATTRIBUTES_POD_NAME<metadata.name>", "OTEL_RESOURCE_ATTRIBUTES_POD_UID<metadata.uid>",
                "OTEL_RESOURCE_ATTRIBUTES_NODE_NAME<spec.nodeName>",
            ])
        let expected = """
            OTEL_RESOURCE_ATTRIBUTES=empty=,k8s.container.name=app,k8s.deployment.name=dep,k8s.deployment.uid=dep-uid,\
            k8s.namespace.name=ns1,k8s.node.name=$(OTEL_RESOURCE_ATTRIBUTES_NODE_NAME),\
            k8s.pod.name=$(OTEL_RESOURCE_ATTRIBUTES_POD_NAME),k8s.pod.uid=$(OTEL_RESOURCE_ATTRIBUTES_POD_UID),\
            k8s.replicaset.name=dep-abc,k8s.replicaset.uid=rs-uid,service.instance.id=sid,service.name=crname,\
            service.namespace=ns1,service.version=lv,weird=a,b=c,zone=z1
            """
        #expect(environment.last == expected)
    }

    @Test("two languages on one container: what describes the pod is there twice")
    func javaThenNode() throws {
        var vector = Vector([.java])
        vector.containerNames = "app"
        let java = try pod(vector.inject()).environment(of: "app")
        vector = Vector([.java, .nodejs])
        vector.containerNames = "app"
        let both = try pod(vector.inject()).environment(of: "app")
        let attributes = try #require(java.last)
        #expect(
            both == java.dropLast() + [
                "NODE_OPTIONS= --require /otel-auto-instrumentation-nodejs/autoinstrumentation.js",
                "OTEL_METRICS_EXPORTER=otlp", "OTEL_RESOURCE_ATTRIBUTES_POD_NAME<metadata.name>",
                "OTEL_RESOURCE_ATTRIBUTES_NODE_NAME<spec.nodeName>",
                """
                \(attributes),k8s.node.name=$(OTEL_RESOURCE_ATTRIBUTES_NODE_NAME),\
                k8s.pod.name=$(OTEL_RESOURCE_ATTRIBUTES_POD_NAME)
                """,
            ])
    }

    // MARK: - Refusals

    @Test("two languages without lists: none with several lists, both into the first container without")
    func withoutLists() {
        var vector = Vector([.java, .nodejs])
        #expect(vector.inject().injectedPod == nil)
        #expect(vector.inject().failureMessage == nil)
        vector.isMultiInstrumentationEnabled = false
        #expect(
            vector.inject().injectedPod?.containers == [
                InjectedContainer(name: "app", language: .java), InjectedContainer(name: "app", language: .nodejs),
            ])
    }

    @Test(
        "a malformed list is an error, a name that the pod does not have is none",
        arguments: [
            ("a b", "not valid characters included in the instrumentation container annotation a b"), ("zzz", nil),
        ] as [(String, String?)])
    func lists(list: String, message: String?) {
        var vector = Vector([.java])
        vector.containerNames = list
        let result = vector.inject()
        #expect(result.injectedPod == nil)
        #expect(result.failureMessage == message)
    }

    @Test("the patch adds what is new and repeats nothing that was sent")
    func patch() throws {
        let operations = try #require(Vector(.python).inject().injectedPod?.patch())
        #expect(operations.allSatisfy { $0["op"] == "add" })
        #expect(operations.first?["path"] == "/spec/containers/0/env/0")
        #expect(!operations.contains { $0["value"]?["name"] == "HAVE" })
        let last = operations.suffix(4).map { $0["path"]?.stringValue ?? "" }
        #expect(
            last == [
                "/spec/containers/0/volumeMounts/-", "/spec/initContainers", "/spec/volumes",
                "/metadata/annotations/instrumentation.opentelemetry.io~1injected",
            ])
    }

    @Test("the patch takes away the mount of a web server's configuration by its place")
    func removal() throws {
        var vector = Vector([.apacheHttpd])
        vector.mounts = [
            ["name": "a", "mountPath": "/a"], ["name": "b", "mountPath": "/usr/local/apache2/conf/extra"],
            ["name": "c", "mountPath": "/c"], ["name": "d", "mountPath": "/usr/local/apache2/conf"],
        ]
        let injected = try #require(vector.inject().injectedPod)
        let removals = injected.patch().filter { $0["op"] == "remove" }.map { $0["path"]?.stringValue ?? "" }
        #expect(removals == ["/spec/containers/0/volumeMounts/3", "/spec/containers/0/volumeMounts/1"])
        #expect(
            injected.pod().mounts(of: "app") == [
                "a at /a", "c at /c", "otel-apache-agent at /opt/opentelemetry-webserver/agent",
                "otel-apache-conf-dir at /usr/local/apache2/conf",
            ])
    }

    private func pod(_ result: InjectionResult) throws -> JSONValue {
        #expect(result.refusals == [])
        #expect(result.failureMessage == nil)
        return try #require(result.injectedPod?.pod())
    }
}

/// What all vectors share.
private enum Text {
    static let java: String = "/otel-auto-instrumentation-java-app"
    static let python: String = "/otel-auto-instrumentation-python"
    static let dotnet: String = "/otel-auto-instrumentation-dotnet"
    static let head: [String] = ["OTEL_NODE_IP<status.hostIP>", "OTEL_POD_IP<status.podIP>"]
    static let tail: [String] = [
        "OTEL_SERVICE_NAME=dep", "OTEL_EXPORTER_OTLP_ENDPOINT=http://col:4318",
        "OTEL_RESOURCE_ATTRIBUTES_POD_NAME<metadata.name>", "OTEL_RESOURCE_ATTRIBUTES_NODE_NAME<spec.nodeName>",
        "OTEL_PROPAGATORS=tracecontext,b3", "OTEL_TRACES_SAMPLER=parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG=0.25",
        """
        OTEL_RESOURCE_ATTRIBUTES=k8s.container.name=app,k8s.deployment.name=dep,k8s.namespace.name=ns1,\
        k8s.node.name=$(OTEL_RESOURCE_ATTRIBUTES_NODE_NAME),k8s.pod.name=$(OTEL_RESOURCE_ATTRIBUTES_POD_NAME),\
        k8s.replicaset.name=dep-abc,service.instance.id=ns1.$(OTEL_RESOURCE_ATTRIBUTES_POD_NAME).app,\
        service.namespace=ns1,service.version=1.2.3
        """,
    ]

    static let secret: String = "otel-auto-secret-s at /otel-auto-instrumentation-secret-s"
    static let configMap: String = "otel-auto-configmap-c at /otel-auto-instrumentation-configmap-c"
    static let certificates: [String] = ["otel-auto-secret-s", "otel-auto-configmap-c"]
}

/// The pod and the Instrumentation of the vectors, to be changed.
private struct Vector {
    private let languages: [Language]
    var annotations: [String: String] = ["otel-go-auto-target-exe": "/app/run"]
    var containerNames = ""
    /// `nil` keeps the vectors' own.
    var environment: [JSONValue]?
    /// `nil` keeps the vectors' own.
    var mounts: [JSONValue]?
    var isMultiInstrumentationEnabled = true
    var owners: OwnerFacts?
    var pod: JSONValue = [
        "metadata": [
            "generateName": "dep-abc-", "namespace": "ns1", "labels": ["pod-template-hash": "abc"], "annotations": [:],
            "ownerReferences": [["apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "dep-abc", "uid": "rs-uid"]],
        ],
        "spec": [
            "containers": [
                [
                    "name": "app", "image": "repo/app:1.2.3", "env": [["name": "HAVE", "value": "own"]],
                    "volumeMounts": [["name": "sa", "mountPath": "/var/run/secrets"]],
                ]
            ]
        ],
    ]
    var spec: JSONValue = [
        "exporter": ["endpoint": "http://col:4318"], "propagators": ["tracecontext", "b3"],
        "sampler": ["type": "parentbased_traceidratio", "argument": "0.25"],
        "env": [
            ["name": "COMMON", "value": "c"], ["name": "BOTH", "value": "common"], ["name": "HAVE", "value": "common"],
        ],
    ]

    init(_ languages: [Language]) { self.languages = languages }

    /// With variables of the language's own.
    init(_ language: Language) {
        self.init([language])
        guard let section = language.section else { return }
        spec[section] = [
            "env": [
                ["name": "LANG_ONLY", "value": "l"], ["name": "BOTH", "value": "lang"],
                ["name": "HAVE", "value": "lang"],
            ]
        ]
    }

    func inject() -> InjectionResult {
        var pod = pod
        var annotations = annotations
        for language in languages { annotations["inject-\(language.rawValue)"] = "true" }
        if !containerNames.isEmpty { annotations["container-names"] = containerNames }
        for (key, value) in annotations {
            pod["metadata"]?["annotations"]?["instrumentation.opentelemetry.io/\(key)"] = .string(value)
        }
        var container = pod["spec"]?["containers"]?[0] ?? .null
        if let environment { container["env"] = .array(environment) }
        if let mounts { container["volumeMounts"] = .array(mounts) }
        if environment != nil || mounts != nil { pod["spec"]?["containers"] = [container] }
        return Given(
            pod: pod, instrumentations: [["metadata": ["namespace": "ns1", "name": "i"], "spec": spec]],
            settings: InjectionSettings(
                isMultiInstrumentationEnabled: isMultiInstrumentationEnabled,
                enabledLanguages: Set(Language.allCases)), owners: owners
        ).inject()
    }
}

extension JSONValue {
    fileprivate var initContainerNames: [String] {
        (self["spec"]?["initContainers"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    }

    fileprivate func container(_ name: String) -> JSONValue? {
        ["containers", "initContainers"].flatMap { self["spec"]?[$0]?.arrayValue ?? [] }
            .first { $0["name"]?.stringValue == name }
    }

    /// `NAME=value` and `NAME<field>`, in order.
    fileprivate func environment(of container: String) -> [String] {
        (self.container(container)?["env"]?.arrayValue ?? []).map { entry in
            let name = entry["name"]?.stringValue ?? ""
            if let field = entry[path: "valueFrom", "fieldRef", "fieldPath"]?.stringValue { return "\(name)<\(field)>" }
            return "\(name)=\(entry["value"]?.stringValue ?? "")"
        }
    }

    /// `volume at path`, in order.
    fileprivate func mounts(of container: String) -> [String] {
        (self.container(container)?["volumeMounts"]?.arrayValue ?? []).map {
            "\($0["name"]?.stringValue ?? "") at \($0["mountPath"]?.stringValue ?? "")"
        }
    }
}
