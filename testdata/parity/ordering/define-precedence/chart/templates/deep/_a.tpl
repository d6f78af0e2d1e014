{{- define "who" }}parent deep{{ end }}
{{- define "depth" }}deep{{ end }}
