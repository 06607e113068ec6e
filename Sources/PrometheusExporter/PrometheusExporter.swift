// PrometheusExporter
