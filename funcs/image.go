package funcs

import (
	"regexp"
	"strings"
	"sync"
)

func imageFuncs() []Func {
	image := Param{Name: "image", Doc: "an image reference: [REGISTRY/]REPOSITORY[:TAG][@DIGEST]"}
	return []Func{
		{
			Name: "parseImage", Group: Kubernetes, Fn: parseImage,
			Doc: "An image reference in its parts: a map with registry, repository, name, tag and digest, each \"\" where the reference does not say it. The name is the last part of the repository. " +
				"Nothing is filled in: a reference without a registry has none. Fails when the text is no reference.",
			Params: []Param{image},
			Examples: []Example{
				{Template: `{{ parseImage "registry.example.com:5000/istio/pilot:1.30.0" | toJson }}`, Want: `{"digest":"","name":"pilot","registry":"registry.example.com:5000","repository":"istio/pilot","tag":"1.30.0"}`},
				{Template: `{{ (parseImage .Values.image).tag | default "latest" }}`, Values: "image: istio/pilot", Want: "latest"},
				{Template: `{{ parseImage "Istio/Pilot:1" }}`, Error: "image: want an image reference like docker.io/istio/pilot:1.30.0, got a string that is none"},
			},
		},
		{
			Name: "pinImage", Group: Kubernetes, Fn: pinImage,
			Doc:    "An image reference with a digest, so that the tag cannot come to mean another image; a digest that was there is replaced, the tag stays for people to read. Fails when either is malformed.",
			Params: []Param{{Name: "digest", Doc: "sha256: and 64 hexadecimal digits"}, image},
			Examples: []Example{
				{
					Template: `{{ "istio/pilot:1.30.0" | pinImage "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" }}`,
					Want:     "istio/pilot:1.30.0@sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
				},
				{Template: `{{ "istio/pilot" | pinImage "1.30.0" }}`, Error: "digest: want a digest like sha256:2c26b46b..., got a string that is none"},
			},
		},
	}
}

// The grammar of references:
// https://pkg.go.dev/github.com/distribution/reference#hdr-Grammar
var (
	repositoryForm = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$`)
	})
	registryForm = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$`)
	})
	tagForm    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\w[\w.-]{0,127}$`) })
	digestForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^sha256:[0-9a-f]{64}$|^sha512:[0-9a-f]{128}$`) })
)

// imageParts are the parts of a reference.
type imageParts struct{ registry, repository, tag, digest string }

func (i imageParts) String() string {
	text := i.repository
	if i.registry != "" {
		text = i.registry + "/" + text
	}
	if i.tag != "" {
		text += ":" + i.tag
	}
	if i.digest != "" {
		text += "@" + i.digest
	}
	return text
}

func imageArgument(v any) (imageParts, error) {
	const want = "an image reference like docker.io/istio/pilot:1.30.0"
	text, err := textArgument("image", v, want)
	if err != nil {
		return imageParts{}, err
	}
	var i imageParts
	rest, digest, pinned := strings.Cut(text, "@")
	i.digest = digest
	if first, path, ok := strings.Cut(rest, "/"); ok && (strings.ContainsAny(first, ".:") || first == "localhost" || first != strings.ToLower(first)) {
		i.registry, rest = first, path
	}
	repository, tag, tagged := strings.Cut(rest, ":")
	i.repository, i.tag = repository, tag
	if !repositoryForm().MatchString(repository) || i.registry != "" && !registryForm().MatchString(i.registry) ||
		tagged && !tagForm().MatchString(tag) || pinned && !digestForm().MatchString(digest) {
		return i, formError("image", v, want)
	}
	return i, nil
}

func parseImage(image any) (map[string]any, error) {
	i, err := imageArgument(image)
	if err != nil {
		return nil, err
	}
	name := i.repository[strings.LastIndexByte(i.repository, '/')+1:]
	return map[string]any{"registry": i.registry, "repository": i.repository, "name": name, "tag": i.tag, "digest": i.digest}, nil
}

func pinImage(digest, image any) (string, error) {
	const want = "a digest like sha256:2c26b46b..."
	text, err := textArgument("digest", digest, want)
	if err != nil {
		return "", err
	}
	if !digestForm().MatchString(text) {
		return "", formError("digest", digest, want)
	}
	i, err := imageArgument(image)
	i.digest = text
	return i.String(), err
}
