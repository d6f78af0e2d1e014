{{/* Labels of every object of this chart itself. */}}
{{- define "mesh.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: istio
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* Where Istio looks for what concerns the whole mesh. */}}
{{- define "mesh.rootNamespace" -}}
{{ ((.Values.istiod).meshConfig).rootNamespace | default .Values.global.istioNamespace }}
{{- end }}

{{/*
"true" when objects of an API can be part of the release: list of the root
context and the API, e.g. telemetry.istio.io/v1.

Helm resolves every object of a release before it creates the first one, so that
the very first `helm install` cannot hold an object whose CRD comes with the same
release. There they are left out, and NOTES.txt says how to get them. Without a
cluster (template, GitOps) everything is rendered.
*/}}
{{- define "mesh.available" -}}
{{- $root := index . 0 }}
{{- if or ($root.Capabilities.APIVersions.Has (index . 1)) (not (lookup "v1" "Namespace" "" "kube-system")) -}}
true
{{- end }}
{{- end }}

{{/* "true" when the Gateway is wanted and possible. */}}
{{- define "mesh.ingress" -}}
{{- if .Values.ingress.enabled }}
{{- if eq .Values.ingress.namespace .Values.global.istioNamespace }}
{{- fail (printf "ingress.namespace: the gateway belongs into a namespace of its own, not into the control plane's (%s)" .Values.global.istioNamespace) }}
{{- end }}
{{- include "mesh.available" (list . "gateway.networking.k8s.io/v1") }}
{{- end }}
{{- end }}
