{{ define "one" }}{{ template "two" . }}{{ end }}{{ define "two" }}
{{ .Values.a.b.c }}{{ end }}
