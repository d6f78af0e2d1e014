{{- /*
helmx.context tells helmx, as a post-renderer, what Helm does not: the release,
the chart and its values. helmx takes the document out of the stream again.
It is written only where the value helmx.context is true, so that the chart
installs without helmx, too.
*/ -}}
{{- define "helmx.context" -}}
{{- if and (kindIs "map" .Values.helmx) .Values.helmx.context }}
apiVersion: helmx.dev/v1alpha1
kind: Context
metadata:
  name: {{ .Release.Name }}
release:
  name: {{ .Release.Name | quote }}
  namespace: {{ .Release.Namespace | quote }}
  service: {{ .Release.Service | quote }}
  revision: {{ .Release.Revision }}
  isInstall: {{ .Release.IsInstall }}
  isUpgrade: {{ .Release.IsUpgrade }}
chart:
  name: {{ .Chart.Name | quote }}
  version: {{ .Chart.Version | quote }}
  appVersion: {{ .Chart.AppVersion | quote }}
values: {{ omit .Values "helmx" | toJson }}
{{- end }}
{{- end }}
