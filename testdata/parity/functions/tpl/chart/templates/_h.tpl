{{- define "helper" }}from helpers{{ end }}
{{- define "callsTpl" }}{{ tpl "{{ include \"helper\" . }}+{{ .Values.x }}" . }}{{ end }}
