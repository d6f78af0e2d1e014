package config

import _ "embed"

// Schema is the JSON Schema of helmx.yaml, docs/helmx.schema.json. The text
// must not be modified.
//
//go:embed helmx.schema.json
var Schema []byte
