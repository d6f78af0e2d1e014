{{- define "who" }}subchart{{ end }}
{{- define "only-sub" }}kept{{ end }}
