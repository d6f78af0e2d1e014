template action with {{ .Template.Name }}
