{{- define "who" }}parent a{{ end }}
{{- define "depth" }}shallow{{ end }}
