# The operator's image: docker build -t ghcr.io/otel-operator/otel-operator:0.1.0 .
# Builder and runtime are the same Debian, so that the C libraries are the same, too.

FROM swift:6.3-bookworm AS builder
RUN apt-get update \
    && apt-get install -y --no-install-recommends libcurl4-openssl-dev libssl-dev libyaml-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# Dependencies change less often than sources: this layer is kept between builds. (The pattern lets the second be missing.)
COPY Package.swift Package.resolve[d] ./
RUN swift package resolve
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib --product otel-operator \
    && install -D -s "$(swift build -c release --static-swift-stdlib --show-bin-path)/otel-operator" /out/manager

FROM debian:12-slim
LABEL org.opencontainers.image.title="otel-operator" \
      org.opencontainers.image.description="Automates OpenTelemetry on Kubernetes: collectors and auto-instrumentation" \
      org.opencontainers.image.licenses="Apache-2.0"
# curl for the API server, OpenSSL for TLS, libyaml for configurations, CA certificates for proxies.
RUN apt-get update \
    && apt-get upgrade -y \
    && apt-get install -y --no-install-recommends ca-certificates libcurl4 libssl3 libyaml-0-2 \
    && rm -rf /var/lib/apt/lists/*
# The path that manifests of the Go operator name, and the name that people type.
COPY --from=builder /out/manager /manager
RUN ln -s /manager /usr/local/bin/otel-operator
USER 65532:65532
# 9443 webhooks, 8443 metrics, 8081 probes
EXPOSE 9443 8443 8081
ENTRYPOINT ["/manager"]
