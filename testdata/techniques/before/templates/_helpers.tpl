{{/* A list in a map, since fromYaml gives maps alone; every number comes back as a float. */}}
{{- define "web.ports" -}}
ports:
{{- range $name, $port := .Values.ports }}
- name: {{ $name }}
  containerPort: {{ $port }}
{{- end }}
{{- end }}

{{/* Nobody hears that image.name is the old way. */}}
{{- define "web.image" -}}
{{- $repository := .Values.image.repository -}}
{{- if .Values.image.name -}}{{- $repository = .Values.image.name -}}{{- end -}}
{{ $repository }}:{{ .Values.image.tag }}
{{- end }}
