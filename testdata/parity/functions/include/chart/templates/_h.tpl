{{- define "fact" }}{{ if le (int .) 1 }}1{{ else }}{{ mul . (include "fact" (sub . 1) | int) }}{{ end }}{{ end }}
{{- define "count" }}{{ if lt (int .) 900 }}{{ include "count" (add1 .) }}{{ else }}{{ . }}{{ end }}{{ end }}
{{- define "ctx" }}{{ .Release.Name }}/{{ .Template.Name }}/{{ .Values.x }}{{ end }}
{{- define "list" }}
- a
- {{ . }}
{{- end }}
{{- define "nothing" }}{{ end }}
{{- define "nil" }}{{ .missing }}|{{ .missing | default "d" }}{{ end }}
