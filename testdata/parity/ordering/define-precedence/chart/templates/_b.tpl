{{- define "who" }}parent b{{ end }}
