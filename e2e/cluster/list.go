package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
)

// listed is a kind that can be listed, with the version the server prefers.
type listed struct {
	apiVersion string
	resource
	Verbs []string
}

// List returns every object of a namespace, of whatever kind; or with "" every
// object outside of namespaces. Events are left out, and so are kinds that
// nobody can create.
func (c *Cluster) List(ctx context.Context, namespace string) ([]Object, error) {
	kinds, err := c.listable(ctx)
	if err != nil {
		return nil, err
	}
	var all []Object
	for _, k := range kinds {
		if k.Namespaced != (namespace != "") {
			continue
		}
		var list struct{ Items []Object }
		if err := c.getJSON(ctx, k.path(k.apiVersion, namespace), &list); err != nil && !notFound(err) {
			return nil, err
		}
		for _, o := range list.Items {
			o["apiVersion"], o["kind"] = k.apiVersion, k.Kind // lists of built-in kinds leave them out
			all = append(all, o)
		}
	}
	return all, nil
}

// Delete deletes one object; kinds without namespaces take "".
func (c *Cluster) Delete(ctx context.Context, o Object) error {
	apiVersion, _ := o["apiVersion"].(string)
	r, err := c.resource(ctx, apiVersion, o.Kind())
	if err != nil {
		return err
	}
	_, err = c.do(ctx, http.MethodDelete, r.object(apiVersion, o.Namespace(), o.Name()), "", nil)
	return err
}

// listable asks the server for its kinds, each in one version.
func (c *Cluster) listable(ctx context.Context) ([]listed, error) {
	var groups struct {
		Groups []struct {
			PreferredVersion struct{ GroupVersion string }
		}
	}
	if err := c.getJSON(ctx, "/apis", &groups); err != nil {
		return nil, err
	}
	versions := []string{"v1"}
	for _, g := range groups.Groups {
		versions = append(versions, g.PreferredVersion.GroupVersion)
	}
	var kinds []listed
	for _, v := range versions {
		var list struct{ Resources []listed }
		if err := c.getJSON(ctx, apiPath(v), &list); err != nil && !notFound(err) {
			return nil, err
		}
		for _, k := range list.Resources {
			k.apiVersion = v
			if slices.Contains(k.Verbs, "list") && slices.Contains(k.Verbs, "create") && k.Kind != "Event" {
				kinds = append(kinds, k)
			}
		}
	}
	return kinds, nil
}

// notFound says whether the server does not serve what it was asked for: of a kind
// that it named, since that was defined or deleted a moment ago.
func notFound(err error) bool {
	var status *statusError
	return errors.As(err, &status) && status.code == http.StatusNotFound
}

func (c *Cluster) getJSON(ctx context.Context, path string, into any) error {
	body, err := c.do(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}
