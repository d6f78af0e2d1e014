{{ define "one" }}
{{ include "two" . }}{{ end }}
{{ define "two" }}{{ include "three" (dict "v" .Values) }}{{ end }}
{{- define "three" }}

  {{ required "deep value" .v.x }}{{ end }}
