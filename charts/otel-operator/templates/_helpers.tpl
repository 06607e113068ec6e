{{/*
The names of the objects are the same in every release: the operator looks for its webhook configurations, its Service and
its Lease by name, and one operator serves a whole cluster.
*/}}

{{- define "otel-operator.labels" -}}
app.kubernetes.io/name: opentelemetry-operator
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{- define "otel-operator.selectorLabels" -}}
app.kubernetes.io/name: opentelemetry-operator
control-plane: controller-manager
{{- end }}

{{- define "otel-operator.image" -}}
{{- $image := .Values.image -}}
{{- $name := printf "%s/%s" (.Values.imageRegistry | default $image.registry | trimSuffix "/") $image.repository -}}
{{- if $image.digest -}}
{{ $name }}@{{ $image.digest }}
{{- else -}}
{{ $name }}:{{ $image.tag | default .Chart.AppVersion }}
{{- end }}
{{- end }}

{{/* A part of the installation that needs no value but the namespace, from the repository's own file. */}}
{{- define "otel-operator.file" -}}
{{- $text := .root.Files.Get .path | required (printf "the chart holds no %s" .path) -}}
{{- $text | replace "namespace: opentelemetry-operator-system" (printf "namespace: %s" .root.Release.Namespace) }}
{{- end }}

{{/* The images that the operator itself names: variable, and the reference when it is not the built-in one. */}}
{{- define "otel-operator.imageVariables" -}}
{{- range $name, $shipped := .Files.Get "files/images.yaml" | fromYaml }}
{{- $image := index $.Values.defaultImages $name }}
{{- if and (not $image) $.Values.imageRegistry }}
{{- $image = regexReplaceAll "^[^/]+/" $shipped (printf "%s/" (trimSuffix "/" $.Values.imageRegistry)) }}
{{- end }}
{{- if $image }}
- name: RELATED_IMAGE_{{ if ne $name "collector" }}AUTO_INSTRUMENTATION_{{ end }}{{ $name | replace "H" "_H" | upper }}
  value: {{ $image | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* The agents that are not as the operator has them without a word. */}}
{{- define "otel-operator.agentVariables" -}}
{{- $builtIn := dict "java" true "nodejs" true "python" true "dotnet" true "go" false "apacheHttpd" true "nginx" false }}
{{- range $name, $isOn := .Values.agents }}
{{- if ne $isOn (index $builtIn $name) }}
- name: ENABLE_{{ $name | replace "H" "_H" | upper }}_AUTO_INSTRUMENTATION
  value: {{ $isOn | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* Those that AKS' Admissions Enforcer would add: with them in place it has nothing to change. */}}
{{- define "otel-operator.namespaceRequirements" -}}
- key: control-plane
  operator: DoesNotExist
- key: control-plane
  operator: NotIn
  values: ["true"]
- key: kubernetes.azure.com/managedby
  operator: NotIn
  values: [aks]
{{- end }}
