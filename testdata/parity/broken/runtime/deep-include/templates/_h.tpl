{{ define "one" }}{{ include "two" . }}{{ end }}{{ define "two" }}
{{ .Values.a.b.c }}{{ end }}
