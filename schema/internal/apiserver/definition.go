package apiserver

import (
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/registry/rest"
	aggregator "k8s.io/kube-aggregator/pkg/apis/apiregistration/install"
	"k8s.io/kube-aggregator/pkg/registry/apiservice"
)

// definitionStrategy and serviceStrategy are those of the two servers that a
// kube-apiserver has inside: for CustomResourceDefinitions and for APIServices.
// Each has its own scheme.
func definitionStrategy() strategy {
	scheme := runtime.NewScheme()
	install.Install(scheme)
	return strategy{customresourcedefinition.NewStrategy(scheme), "customresourcedefinitions", scheme}
}

func serviceStrategy() strategy {
	scheme := runtime.NewScheme()
	aggregator.Install(scheme)
	return strategy{apiservice.NewStrategy(scheme).(rest.RESTCreateStrategy), "apiservices", scheme}
}
