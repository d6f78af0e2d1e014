{{- define "web.ports" }}
{{- $ports := list }}
{{- range $name, $port := .ports }}
{{- $ports = append $ports (dict "name" $name "containerPort" (int $port)) }}
{{- end }}
{{- return ($ports | sortBy "containerPort") }}
{{- end }}

{{- define "web.image" }}
{{- $name := .Values | deprecate "image.name" "image.repository" | default "registry.example.com/web" }}
{{- return (printf "%s:%s" $name .Values.image.tag) }}
{{- end }}

{{- define "web.deployment" }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: {app: {{ .Release.Name }}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
    spec:
      containers:
      - name: web
        image: {{ call "web.image" . }}
        ports: {{ call "web.ports" .Values | toJson }}
{{- end }}
