import CoreMetrics
import Testing

@testable import PrometheusExporter

@Suite struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry(
        descriptions: [
            MetricDescription("requests_total", "Requests, by \\code\nand path"),
            MetricDescription("latency_seconds", "Latency", buckets: [0.1, 1]),
        ], seriesLimit: 10)

    /// The output without the registry's own metric.
    private var text: String {
        let lines = registry.text().split(separator: "\n", omittingEmptySubsequences: false)
        return lines.filter { !$0.contains("metrics_dropped_series_total") }.joined(separator: "\n")
    }

    @Test("counters, with help, type, sorted and escaped labels")
    func counters() {
        Counter(label: "requests_total", dimensions: [("path", "/b"), ("code", "200")], factory: registry)
            .increment(by: 3)
        Counter(label: "requests_total", dimensions: [("code", "500"), ("path", "a\"b\\c\nd")], factory: registry)
            .increment()
        FloatingPointCounter(label: "cpu_total", factory: registry).increment(by: 0.25)
        #expect(
            text == """
                # TYPE cpu_total counter
                cpu_total 0.25
                # HELP requests_total Requests, by \\\\code\\nand path
                # TYPE requests_total counter
                requests_total{code="200",path="/b"} 3
                requests_total{code="500",path="a\\"b\\\\c\\nd"} 1

                """)
    }

    @Test("the same name and labels in another order are the same series")
    func sameSeries() {
        Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        Counter(label: "c", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
        #expect(text == "# TYPE c counter\nc{a=\"1\",b=\"2\"} 2\n")
    }

    @Test("meters and gauges go up and down")
    func gauges() {
        let meter = Meter(label: "depth", factory: registry)
        meter.set(5)
        meter.decrement(by: 1.5)
        meter.increment()
        Gauge(label: "level", factory: registry).record(7)
        #expect(text == "# TYPE depth gauge\ndepth 4.5\n# TYPE level gauge\nlevel 7\n")
    }

    @Test("timers are histograms in seconds with cumulative buckets")
    func timers() {
        let timer = Timer(label: "latency_seconds", dimensions: [("m", "x")], factory: registry)
        timer.recordNanoseconds(Int64(50_000_000))
        timer.recordNanoseconds(Int64(100_000_000))  // a bound belongs to its bucket
        timer.recordMilliseconds(500)
        timer.recordSeconds(3)
        #expect(
            text == """
                # HELP latency_seconds Latency
                # TYPE latency_seconds histogram
                latency_seconds_bucket{m="x",le="0.1"} 2
                latency_seconds_bucket{m="x",le="1"} 3
                latency_seconds_bucket{m="x",le="+Inf"} 4
                latency_seconds_sum{m="x"} 3.65
                latency_seconds_count{m="x"} 4

                """)
    }

    @Test("recorders without a description have the standard buckets")
    func recorders() {
        let recorder = Recorder(label: "size", factory: registry)
        recorder.record(3)
        recorder.record(Double.nan)
        #expect(text.contains("size_bucket{le=\"2.5\"} 0\n"))
        #expect(text.contains("size_bucket{le=\"5\"} 1\n"))
        #expect(text.contains("size_count 1\n"))
    }

    @Test("values that are read when asked")
    func observed() {
        registry.gauge("depth", help: "Depth", labels: [("name", "q2")]) { 2 }
        registry.gauge("depth", help: "Depth", labels: [("name", "q1")]) { 1 }
        registry.gauge("depth", help: "Depth", labels: [("name", "q1")]) { 9 }
        registry.collect { [.init("up_total", help: "", kind: .counter, value: .infinity)] }
        #expect(
            text == """
                # HELP depth Depth
                # TYPE depth gauge
                depth{name="q1"} 1
                depth{name="q2"} 2
                # TYPE up_total counter
                up_total +Inf

                """)
    }

    @Test("series are bounded, and what is left out is counted")
    func cardinality() {
        for index in 0..<25 {
            Counter(label: "c", dimensions: [("i", "\(index)")], factory: registry).increment()
        }
        Meter(label: "c", factory: registry).set(1)
        #expect(text.split(separator: "\n").count == 11)
        let all = registry.text()
        #expect(all.contains("metrics_dropped_series_total{reason=\"too_many_series\"} 15\n"))
        #expect(all.contains("metrics_dropped_series_total{reason=\"type_conflict\"} 1\n"))
    }

    @Test("a destroyed series is gone")
    func destroyed() {
        let counter = Counter(label: "c", factory: registry)
        counter.increment()
        let timer = Timer(label: "t", factory: registry)
        counter.destroy()
        #expect(!text.contains("c 1"))
        timer.destroy()
        #expect(text == "")
    }

    @Test(
        "names are made valid",
        arguments: [
            ("a.b-c", "a_b_c", "a_b_c"), ("1x", "_1x", "_1x"), ("a:b", "a:b", "a_b"), ("", "_", "_"), ("é", "__", "__"),
        ])
    func names(name: String, metric: String, label: String) {
        #expect(ExpositionWriter.validMetricName(name) == metric)
        #expect(ExpositionWriter.validLabelName(name) == label)
    }

    @Test(
        "numbers are written as Prometheus reads them",
        arguments: [
            (0, "0"), (12, "12"), (-3, "-3"), (0.005, "0.005"), (1e-8, "1e-08"), (1e20, "1e+20"), (.nan, "NaN"),
            (.infinity, "+Inf"), (-.infinity, "-Inf"), (2.5, "2.5"),
        ] as [(Double, String)])
    func numbers(value: Double, text: String) {
        #expect(ExpositionWriter.format(value) == text)
    }

    @Test("nothing is lost when many tasks count at once")
    func concurrent() async {
        let counter = Counter(label: "c", factory: registry)
        let timer = Timer(label: "latency_seconds", factory: registry)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<2000 {
                        counter.increment()
                        timer.recordNanoseconds(Int64(1))
                    }
                }
            }
        }
        #expect(text.contains("\nc 16000\n") || text.hasPrefix("# TYPE c counter\nc 16000\n"))
        #expect(text.contains("latency_seconds_count 16000\n"))
    }

    @Test("the usual metrics are described once, with sorted buckets")
    func descriptions() {
        let all = [MetricDescription].controllerRuntime
        #expect(Set(all.map(\.name)).count == all.count)
        for description in all {
            #expect(!description.help.isEmpty)
            let buckets = description.buckets ?? []
            #expect(buckets == buckets.sorted())
        }
    }
}

@Suite struct ProcessMetricsTests {
    private let units = ProcessMetrics.Units(ticksPerSecond: 100, pageSize: 4096)
    /// The name of the program holds what the other fields are told apart by.
    private let stat =
        "42 (a) b (c) S 1 42 42 0 -1 4194560 1 0 0 0 250 150 0 0 20 0 7 0 123400 50000000 1000 18446744073709551615 1"

    @Test("the kernel's figures are read")
    func reads() {
        let metrics = ProcessMetrics(
            stat: stat,
            limits: "Limit                     Soft Limit           Hard Limit           Units     \n"
                + "Max open files            1024                 4096                 files     \n",
            systemStat: "cpu  1 2 3\nbtime 1700000000\nprocesses 5\n", openFileDescriptors: 9, units: units)
        #expect(metrics?.cpuSeconds == 4)
        #expect(metrics?.virtualBytes == 50_000_000)
        #expect(metrics?.residentBytes == 4_096_000)
        #expect(metrics?.openFileDescriptors == 9)
        #expect(metrics?.maximumFileDescriptors == 1024)
        #expect(metrics?.startTime == 1_700_001_234)
    }

    @Test("what cannot be read is left out", arguments: ["", "42", "42 (x) S 1", "42 (x"])
    func malformed(stat: String) {
        #expect(
            ProcessMetrics(stat: stat, limits: nil, systemStat: nil, openFileDescriptors: nil, units: units) == nil)
        let partial = ProcessMetrics(
            stat: self.stat, limits: "Max open files", systemStat: "btime x", openFileDescriptors: nil, units: units)
        #expect(partial?.samples.count == 3)
    }

    @Test("this process has figures that make sense")
    func live() throws {
        let registry = PrometheusRegistry()
        registry.collectProcessMetrics()
        let text = registry.text()
        #expect(text.contains("# TYPE process_cpu_seconds_total counter\n"))
        let metrics = try #require(ProcessMetrics.read())
        #expect(metrics.residentBytes > 1_000_000)
        #expect(metrics.virtualBytes >= metrics.residentBytes)
        #expect((metrics.openFileDescriptors ?? 0) >= 3)
        #expect((metrics.maximumFileDescriptors ?? 0) >= 64)
        #expect((metrics.startTime ?? 0) > 1_600_000_000)
    }
}
