package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

// Object is a Kubernetes object as JSON has it.
type Object map[string]any

// statusError is an answer that is not a success.
type statusError struct {
	code int
	body []byte
}

// Error gives the server's own message where there is one.
func (e *statusError) Error() string {
	var status struct{ Message string }
	if json.Unmarshal(e.body, &status) == nil && status.Message != "" {
		return fmt.Sprintf("%d: %s", e.code, status.Message)
	}
	return fmt.Sprintf("%d: %.500s", e.code, e.body)
}

// resource is how the API names a kind.
type resource struct {
	Name       string
	Kind       string
	Namespaced bool
}

// Parse reads one YAML document; nil when there is nothing in it.
func Parse(document []byte) (Object, error) {
	var o Object
	err := yaml.Unmarshal(document, &o)
	if len(o) == 0 {
		return nil, err
	}
	return o, err
}

// separator stands between documents that are laid out as everybody does.
var separator = regexp.MustCompile(`(?m)^---\s*$`)

// ParseStream reads YAML documents; those without content are left out.
func ParseStream(text string) ([]Object, error) {
	var objects []Object
	for _, document := range separator.Split(text, -1) {
		o, err := Parse([]byte(document))
		if err != nil {
			return nil, err
		}
		if o != nil {
			objects = append(objects, o)
		}
	}
	return objects, nil
}

// Kind returns the object's kind.
func (o Object) Kind() string { s, _ := o["kind"].(string); return s }

// Name returns the object's name.
func (o Object) Name() string { return o.meta("name") }

// Namespace returns the object's namespace, "" when there is none.
func (o Object) Namespace() string { return o.meta("namespace") }

// Annotation returns one annotation, "" when there is none.
func (o Object) Annotation(key string) string {
	meta, _ := o["metadata"].(map[string]any)
	annotations, _ := meta["annotations"].(map[string]any)
	s, _ := annotations[key].(string)
	return s
}

// String names the object in messages.
func (o Object) String() string {
	return fmt.Sprintf("%v %s %s/%s", o["apiVersion"], o.Kind(), o.Namespace(), o.Name())
}

func (o Object) meta(key string) string {
	meta, _ := o["metadata"].(map[string]any)
	s, _ := meta[key].(string)
	return s
}

// ApplyAll applies objects the way a careful person would: namespaces, then
// definitions, waiting until each is served, then the rest in order. Objects
// without a namespace go to the one given. It returns every refusal.
func (c *Cluster) ApplyAll(ctx context.Context, namespace string, objects []Object) error {
	first := map[string]int{"Namespace": 0, "CustomResourceDefinition": 1}
	var errs []error
	for turn := range 3 {
		for _, o := range objects {
			if at, ok := first[o.Kind()]; ok && at != turn || !ok && turn != 2 {
				continue
			}
			if err := c.Apply(ctx, namespace, o); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", o, err))
			}
		}
		if turn == 1 {
			errs = append(errs, c.waitEstablished(ctx, objects))
		}
	}
	return errors.Join(errs...)
}

// Apply creates or changes one object by server-side apply; a field that the
// server does not know is an error.
func (c *Cluster) Apply(ctx context.Context, namespace string, o Object) error {
	apiVersion, _ := o["apiVersion"].(string)
	r, err := c.resource(ctx, apiVersion, o.Kind())
	if err != nil {
		return err
	}
	body, err := json.Marshal(o)
	if err != nil {
		return err
	}
	if own := o.Namespace(); own != "" {
		namespace = own
	}
	path := r.object(apiVersion, namespace, o.Name()) + "?fieldManager=e2e&force=true&fieldValidation=Strict"
	_, err = c.do(ctx, http.MethodPatch, path, "application/apply-patch+yaml", body)
	return err
}

// Create makes one object, and returns it as the server has stored it.
func (c *Cluster) Create(ctx context.Context, namespace string, o Object) (Object, error) {
	apiVersion, _ := o["apiVersion"].(string)
	r, err := c.resource(ctx, apiVersion, o.Kind())
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	return c.stored(ctx, http.MethodPost, r.path(apiVersion, namespace), "application/json", body)
}

// Patch changes one object by a patch of the media type, and returns it as the
// server has stored it.
func (c *Cluster) Patch(ctx context.Context, o Object, mediaType string, patch []byte) (Object, error) {
	apiVersion, _ := o["apiVersion"].(string)
	r, err := c.resource(ctx, apiVersion, o.Kind())
	if err != nil {
		return nil, err
	}
	return c.stored(ctx, http.MethodPatch, r.object(apiVersion, o.Namespace(), o.Name()), mediaType, patch)
}

func (c *Cluster) stored(ctx context.Context, method, path, mediaType string, body []byte) (Object, error) {
	answer, err := c.do(ctx, method, path+"?fieldValidation=Strict", mediaType, body)
	if err != nil {
		return nil, err
	}
	var o Object
	return o, json.Unmarshal(answer, &o)
}

// path is where the objects of a kind are.
func (r resource) path(apiVersion, namespace string) string {
	path := apiPath(apiVersion)
	if r.Namespaced {
		path += "/namespaces/" + url.PathEscape(namespace)
	}
	return path + "/" + r.Name
}

// object is where one object of a kind is.
func (r resource) object(apiVersion, namespace, name string) string {
	return r.path(apiVersion, namespace) + "/" + url.PathEscape(name)
}

// Get reads one object; kinds without namespaces take "".
func (c *Cluster) Get(ctx context.Context, apiVersion, kind, namespace, name string) (Object, error) {
	r, err := c.resource(ctx, apiVersion, kind)
	if err != nil {
		return nil, err
	}
	var o Object
	err = c.getJSON(ctx, r.object(apiVersion, namespace, name), &o)
	return o, err
}

// waitEstablished waits until the definitions among the objects are served.
func (c *Cluster) waitEstablished(ctx context.Context, objects []Object) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for _, o := range objects {
		if o.Kind() != "CustomResourceDefinition" {
			continue
		}
		for !c.established(ctx, o.Name()) {
			if ctx.Err() != nil {
				return fmt.Errorf("%s is not established after a minute", o)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	c.mu.Lock()
	c.kinds = nil // ask again: there are more kinds now
	c.mu.Unlock()
	return nil
}

func (c *Cluster) established(ctx context.Context, name string) bool {
	o, err := c.Get(ctx, "apiextensions.k8s.io/v1", "CustomResourceDefinition", "", name)
	if err != nil {
		return false
	}
	status, _ := o["status"].(map[string]any)
	conditions, _ := status["conditions"].([]any)
	for _, item := range conditions {
		condition, _ := item.(map[string]any)
		if condition["type"] == "Established" && condition["status"] == "True" {
			return true
		}
	}
	return false
}

// resource looks a kind up. A kind that is not there yet is asked for during a
// few seconds, since discovery lags behind new definitions.
func (c *Cluster) resource(ctx context.Context, apiVersion, kind string) (resource, error) {
	key := apiVersion + " " + kind
	for try := 0; ; try++ {
		c.mu.Lock()
		r, ok := c.kinds[key]
		c.mu.Unlock()
		if ok {
			return r, nil
		}
		err := c.discover(ctx, apiVersion)
		c.mu.Lock()
		r, ok = c.kinds[key]
		c.mu.Unlock()
		if ok {
			return r, nil
		}
		var status *statusError
		if err != nil && !errors.As(err, &status) {
			return resource{}, err
		}
		if try == 20 {
			return resource{}, fmt.Errorf("the server does not know %s", key)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (c *Cluster) discover(ctx context.Context, apiVersion string) error {
	body, err := c.do(ctx, http.MethodGet, apiPath(apiVersion), "", nil)
	if err != nil {
		return err
	}
	var list struct{ Resources []resource }
	if err := json.Unmarshal(body, &list); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kinds == nil {
		c.kinds = map[string]resource{}
	}
	for _, r := range list.Resources {
		if !isSubresource(r.Name) {
			c.kinds[apiVersion+" "+r.Kind] = r
		}
	}
	return nil
}

func isSubresource(name string) bool { return strings.Contains(name, "/") }

func apiPath(apiVersion string) string {
	if strings.Contains(apiVersion, "/") {
		return "/apis/" + apiVersion
	}
	return "/api/" + apiVersion
}
