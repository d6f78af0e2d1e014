package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
)

// Kind is a kind in one version, as the server serves it.
type Kind struct {
	APIVersion string
	resource
	Verbs []string
}

// Applicable says whether the server takes the kind by server-side apply. It does
// not where it answers at once and stores nothing, as with reviews.
func (k Kind) Applicable() bool { return slices.Contains(k.Verbs, "patch") }

// Verdict is what the server says of an object.
type Verdict struct {
	Accepted bool
	Message  string // why not, in the server's words
}

// Kinds returns every kind that can be created, in every version that is served,
// by "apiVersion kind".
func (c *Cluster) Kinds(ctx context.Context) (map[string]Kind, error) {
	var groups struct {
		Groups []struct {
			Versions []struct{ GroupVersion string }
		}
	}
	if err := c.getJSON(ctx, "/apis", &groups); err != nil {
		return nil, err
	}
	versions := []string{"v1"}
	for _, g := range groups.Groups {
		for _, v := range g.Versions {
			versions = append(versions, v.GroupVersion)
		}
	}
	kinds := map[string]Kind{}
	for _, v := range versions {
		if err := c.addKinds(ctx, v, kinds); err != nil {
			return nil, err
		}
	}
	return kinds, nil
}

func (c *Cluster) addKinds(ctx context.Context, apiVersion string, kinds map[string]Kind) error {
	var list struct {
		Resources []struct {
			Name, Kind string
			Namespaced bool
			Verbs      []string
		}
	}
	if err := c.getJSON(ctx, apiPath(apiVersion), &list); err != nil && !notFound(err) {
		return err
	}
	for _, r := range list.Resources {
		if slices.Contains(r.Verbs, "create") && !isSubresource(r.Name) {
			kinds[apiVersion+" "+r.Kind] = Kind{
				APIVersion: apiVersion,
				resource:   resource{Name: r.Name, Kind: r.Kind, Namespaced: r.Namespaced},
				Verbs:      r.Verbs,
			}
		}
	}
	return nil
}

// OpenAPI returns the server's own description of a group and version.
func (c *Cluster) OpenAPI(ctx context.Context, apiVersion string) ([]byte, error) {
	return c.do(ctx, http.MethodGet, "/openapi/v3"+apiPath(apiVersion), "", nil)
}

// strictly are the parameters of a request that stores nothing and forgives
// nothing.
const strictly = "?dryRun=All&fieldValidation=Strict"

// DryRunCreate asks whether the server would create an object. The document, YAML,
// goes to it as it is.
func (c *Cluster) DryRunCreate(ctx context.Context, k Kind, namespace string, document []byte) (Verdict, error) {
	return c.dryRun(ctx, http.MethodPost, k.path(k.APIVersion, namespace)+strictly, "application/yaml", document)
}

// DryRunApply asks whether the server would take an object by server-side apply.
func (c *Cluster) DryRunApply(ctx context.Context, k Kind, namespace, name string, document []byte) (Verdict, error) {
	path := k.object(k.APIVersion, namespace, name) + strictly + "&fieldManager=e2e&force=true"
	return c.dryRun(ctx, http.MethodPatch, path, "application/apply-patch+yaml", document)
}

// dryRun takes every answer for a verdict but those of a server that is not able to
// give one. An object that is there already has been found valid before that
// was noticed. Apply answers 500 for an object that its schema refuses. Some
// definitions make the server panic; it breaks off the connection then, as it may
// also do between two requests, so that it is asked twice.
func (c *Cluster) dryRun(ctx context.Context, method, path, contentType string, body []byte) (Verdict, error) {
	_, err := c.do(ctx, method, path, contentType, body)
	if errors.Is(err, io.EOF) {
		_, err = c.do(ctx, method, path, contentType, body)
	}
	if errors.Is(err, io.EOF) {
		return Verdict{Message: "the server breaks off the connection"}, nil
	}
	var status *statusError
	if err != nil && !errors.As(err, &status) {
		return Verdict{}, err
	}
	switch {
	case err == nil:
		return Verdict{Accepted: true}, nil
	case status.code > http.StatusInternalServerError || status.code == http.StatusTooManyRequests:
		return Verdict{}, err
	case status.reason() == "AlreadyExists":
		return Verdict{Accepted: true}, nil
	}
	return Verdict{Message: fmt.Sprint(err)}, nil
}

func (e *statusError) reason() string {
	var status struct{ Reason string }
	if json.Unmarshal(e.body, &status) != nil {
		return ""
	}
	return status.Reason
}
