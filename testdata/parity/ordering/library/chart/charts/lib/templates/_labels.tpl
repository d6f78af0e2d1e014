{{- define "lib.labels" -}}
kind: common.labels
chart: {{ .Chart.Name }}
lib: {{ .Values.lib | toJson }}
{{- end }}
