{{ define "r" }}{{ include "s" . }}{{ end }}{{ define "s" }}{{ include "r" . }}{{ end }}
