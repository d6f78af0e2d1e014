// Package difflines counts the lines that patches change. Thirty typical patches
// run on rendered Istio charts and on a chart full of comments, each as a patch of
// helmx and as the equal kustomization for the real kustomize. helmx must change
// exactly the lines that the case writes down by hand, which are those that had to
// change; what both change stands in docs/performance.md, which the test keeps
// fresh.
//
// A case is a txtar archive in testdata/cases: a title, the chart, the number of
// changed fields, helmx.yaml, kustomization.yaml, and the lines of a diff.
//
// The package has no code but tests.
package difflines
