# The operator's image: docker build -t ghcr.io/otel-operator/otel-operator:0.1.0 .
#
# Its root file system is made by hack/image, as `make image` makes it without a container engine: the program, the libraries that it
# loads, CA certificates, and no shell. The libraries are those of the builder's Debian, which the program was linked with.

# The tag moves with Swift's and Debian's fixes; name a digest (swift@sha256:...) where builds must be repeatable.
FROM swift:6.3-bookworm AS builder
RUN apt-get update \
    && apt-get install -y --no-install-recommends libcurl4-openssl-dev libssl-dev libyaml-dev pkg-config python3 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# Dependencies change less often than sources: this layer is kept between builds. (The pattern lets the second be missing.)
COPY Package.swift Package.resolve[d] ./
RUN swift package --scratch-path .build-release resolve
COPY Sources Sources
COPY Tests Tests
COPY hack/local/release hack/local/release
RUN hack/local/release
COPY hack/image hack/image
ARG SOURCE_DATE_EPOCH=0
ARG REVISION=""
ARG IMAGE=""
RUN mkdir /out && hack/image/operator_image.py --binary "$(hack/local/release)/otel-operator" \
        --swift "$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([^ ]*\).*/\1/p')" \
        ${IMAGE:+--name "$IMAGE"} --revision "$REVISION" --root /out/root \
        --output /out/otel-operator-image.tar --sbom /out/otel-operator-image.spdx.json >/out/otel-operator-image.txt

# docker build --target archive --output dist . : the image as an OCI archive, its bill of materials, and what to know of both.
FROM scratch AS archive
COPY --from=builder /out/otel-operator-image.tar /out/otel-operator-image.spdx.json /out/otel-operator-image.txt /

FROM scratch
ARG REVISION=""
LABEL org.opencontainers.image.title="otel-operator" \
      org.opencontainers.image.description="Automates OpenTelemetry on Kubernetes: collectors and auto-instrumentation" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=builder /out/root/ /
ENV PATH=/usr/local/bin:/usr/bin
USER 65532:65532
# 9443 webhooks, 8443 metrics, 8081 probes
EXPOSE 9443 8443 8081
ENTRYPOINT ["/manager"]
