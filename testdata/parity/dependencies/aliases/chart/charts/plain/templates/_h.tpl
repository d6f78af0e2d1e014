{{- define "plain.name" }}{{ .Chart.Name }} {{ .Template.Name }}{{ end }}
