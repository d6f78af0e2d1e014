package apiserver

import (
	"context"
	"fmt"
	"sync"

	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientv1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/utils/clock"

	// Each registers the types of its group, their defaults and conversions.
	_ "k8s.io/kubernetes/pkg/apis/admissionregistration/install"
	_ "k8s.io/kubernetes/pkg/apis/apiserverinternal/install"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/certificates/install"
	_ "k8s.io/kubernetes/pkg/apis/coordination/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/discovery/install"
	_ "k8s.io/kubernetes/pkg/apis/events/install"
	_ "k8s.io/kubernetes/pkg/apis/flowcontrol/install"
	_ "k8s.io/kubernetes/pkg/apis/lifecycle/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/node/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	_ "k8s.io/kubernetes/pkg/apis/resource/install"
	_ "k8s.io/kubernetes/pkg/apis/scheduling/install"
	_ "k8s.io/kubernetes/pkg/apis/storage/install"
	_ "k8s.io/kubernetes/pkg/apis/storagemigration/install"

	"k8s.io/kubernetes/pkg/registry/admissionregistration/mutatingadmissionpolicy"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/mutatingadmissionpolicybinding"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/mutatingwebhookconfiguration"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/validatingadmissionpolicy"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/validatingadmissionpolicybinding"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/validatingwebhookconfiguration"
	"k8s.io/kubernetes/pkg/registry/apiserverinternal/storageversion"
	"k8s.io/kubernetes/pkg/registry/apps/controllerrevision"
	"k8s.io/kubernetes/pkg/registry/apps/daemonset"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/replicaset"
	"k8s.io/kubernetes/pkg/registry/apps/statefulset"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/batch/cronjob"
	"k8s.io/kubernetes/pkg/registry/batch/job"
	"k8s.io/kubernetes/pkg/registry/certificates/certificates"
	"k8s.io/kubernetes/pkg/registry/certificates/clustertrustbundle"
	"k8s.io/kubernetes/pkg/registry/certificates/podcertificaterequest"
	"k8s.io/kubernetes/pkg/registry/coordination/lease"
	"k8s.io/kubernetes/pkg/registry/coordination/leasecandidate"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/endpoint"
	"k8s.io/kubernetes/pkg/registry/core/event"
	"k8s.io/kubernetes/pkg/registry/core/limitrange"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/node"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolume"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolumeclaim"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/core/podtemplate"
	"k8s.io/kubernetes/pkg/registry/core/replicationcontroller"
	"k8s.io/kubernetes/pkg/registry/core/resourcequota"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
	"k8s.io/kubernetes/pkg/registry/discovery/endpointslice"
	"k8s.io/kubernetes/pkg/registry/flowcontrol/flowschema"
	"k8s.io/kubernetes/pkg/registry/flowcontrol/prioritylevelconfiguration"
	"k8s.io/kubernetes/pkg/registry/lifecycle/eviction"
	"k8s.io/kubernetes/pkg/registry/lifecycle/evictionrequest"
	"k8s.io/kubernetes/pkg/registry/networking/ingress"
	"k8s.io/kubernetes/pkg/registry/networking/ingressclass"
	"k8s.io/kubernetes/pkg/registry/networking/ipaddress"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/pkg/registry/networking/servicecidr"
	"k8s.io/kubernetes/pkg/registry/node/runtimeclass"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrole"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrolebinding"
	"k8s.io/kubernetes/pkg/registry/rbac/role"
	"k8s.io/kubernetes/pkg/registry/rbac/rolebinding"
	"k8s.io/kubernetes/pkg/registry/resource/deviceclass"
	"k8s.io/kubernetes/pkg/registry/resource/devicetaintrule"
	"k8s.io/kubernetes/pkg/registry/resource/resourceclaim"
	"k8s.io/kubernetes/pkg/registry/resource/resourceclaimtemplate"
	"k8s.io/kubernetes/pkg/registry/resource/resourcepoolstatusrequest"
	"k8s.io/kubernetes/pkg/registry/resource/resourceslice"
	"k8s.io/kubernetes/pkg/registry/scheduling/compositepodgroup"
	"k8s.io/kubernetes/pkg/registry/scheduling/podgroup"
	"k8s.io/kubernetes/pkg/registry/scheduling/priorityclass"
	"k8s.io/kubernetes/pkg/registry/scheduling/workload"
	"k8s.io/kubernetes/pkg/registry/storage/csidriver"
	"k8s.io/kubernetes/pkg/registry/storage/csinode"
	"k8s.io/kubernetes/pkg/registry/storage/csistoragecapacity"
	"k8s.io/kubernetes/pkg/registry/storage/storageclass"
	"k8s.io/kubernetes/pkg/registry/storage/volumeattachment"
	"k8s.io/kubernetes/pkg/registry/storage/volumeattributesclass"
	"k8s.io/kubernetes/pkg/registry/storagemigration/storagemigration"
)

// strategies are the kinds that the server stores; what it only answers, such as
// a TokenReview, is not to be found in manifests.
var strategies = sync.OnceValue(func() map[schema.GroupKind]strategy {
	k := legacyscheme.Scheme
	return map[schema.GroupKind]strategy{
		{Group: "admissionregistration.k8s.io", Kind: "MutatingAdmissionPolicy"}:          {mutatingadmissionpolicy.NewStrategy(nil, noResources{}), "mutatingadmissionpolicies", k},
		{Group: "admissionregistration.k8s.io", Kind: "MutatingAdmissionPolicyBinding"}:   {mutatingadmissionpolicybinding.NewStrategy(nil, nil, noResources{}), "mutatingadmissionpolicybindings", k},
		{Group: "admissionregistration.k8s.io", Kind: "MutatingWebhookConfiguration"}:     {mutatingwebhookconfiguration.Strategy, "mutatingwebhookconfigurations", k},
		{Group: "admissionregistration.k8s.io", Kind: "ValidatingAdmissionPolicy"}:        {validatingadmissionpolicy.NewStrategy(nil, noResources{}), "validatingadmissionpolicies", k},
		{Group: "admissionregistration.k8s.io", Kind: "ValidatingAdmissionPolicyBinding"}: {validatingadmissionpolicybinding.NewStrategy(nil, nil, noResources{}), "validatingadmissionpolicybindings", k},
		{Group: "admissionregistration.k8s.io", Kind: "ValidatingWebhookConfiguration"}:   {validatingwebhookconfiguration.Strategy, "validatingwebhookconfigurations", k},
		{Group: "internal.apiserver.k8s.io", Kind: "StorageVersion"}:                      {storageversion.Strategy, "storageversions", k},
		{Group: "apps", Kind: "ControllerRevision"}:                                       {controllerrevision.Strategy, "controllerrevisions", k},
		{Group: "apps", Kind: "DaemonSet"}:                                                {daemonset.Strategy, "daemonsets", k},
		{Group: "apps", Kind: "Deployment"}:                                               {deployment.Strategy, "deployments", k},
		{Group: "apps", Kind: "ReplicaSet"}:                                               {replicaset.Strategy, "replicasets", k},
		{Group: "apps", Kind: "StatefulSet"}:                                              {statefulset.Strategy, "statefulsets", k},
		{Group: "autoscaling", Kind: "HorizontalPodAutoscaler"}:                           {horizontalpodautoscaler.Strategy, "horizontalpodautoscalers", k},
		{Group: "batch", Kind: "CronJob"}:                                                 {cronjob.Strategy, "cronjobs", k},
		{Group: "batch", Kind: "Job"}:                                                     {job.Strategy, "jobs", k},
		{Group: "certificates.k8s.io", Kind: "CertificateSigningRequest"}:                 {certificates.Strategy, "certificatesigningrequests", k},
		{Group: "certificates.k8s.io", Kind: "ClusterTrustBundle"}:                        {clustertrustbundle.Strategy, "clustertrustbundles", k},
		{Group: "certificates.k8s.io", Kind: "PodCertificateRequest"}:                     {podcertificaterequest.NewStrategy(), "podcertificaterequests", k},
		{Group: "coordination.k8s.io", Kind: "Lease"}:                                     {lease.Strategy, "leases", k},
		{Group: "coordination.k8s.io", Kind: "LeaseCandidate"}:                            {leasecandidate.Strategy, "leasecandidates", k},
		{Group: "", Kind: "ConfigMap"}:                                                    {configmap.Strategy, "configmaps", k},
		{Group: "", Kind: "Endpoints"}:                                                    {endpoint.Strategy, "endpoints", k},
		{Group: "", Kind: "Event"}:                                                        {event.Strategy, "events", k},
		{Group: "", Kind: "LimitRange"}:                                                   {limitrange.Strategy, "limitranges", k},
		{Group: "", Kind: "Namespace"}:                                                    {namespace.Strategy, "namespaces", k},
		{Group: "", Kind: "Node"}:                                                         {node.Strategy, "nodes", k},
		{Group: "", Kind: "PersistentVolume"}:                                             {persistentvolume.Strategy, "persistentvolumes", k},
		{Group: "", Kind: "PersistentVolumeClaim"}:                                        {persistentvolumeclaim.Strategy, "persistentvolumeclaims", k},
		{Group: "", Kind: "Pod"}:                                                          {pod.Strategy, "pods", k},
		{Group: "", Kind: "PodTemplate"}:                                                  {podtemplate.Strategy, "podtemplates", k},
		{Group: "", Kind: "ReplicationController"}:                                        {replicationcontroller.Strategy, "replicationcontrollers", k},
		{Group: "", Kind: "ResourceQuota"}:                                                {resourcequota.Strategy, "resourcequotas", k},
		{Group: "", Kind: "Secret"}:                                                       {secret.Strategy, "secrets", k},
		{Group: "", Kind: "Service"}:                                                      {service.Strategy, "services", k},
		{Group: "", Kind: "ServiceAccount"}:                                               {serviceaccount.Strategy, "serviceaccounts", k},
		{Group: "discovery.k8s.io", Kind: "EndpointSlice"}:                                {endpointslice.Strategy, "endpointslices", k},
		{Group: "events.k8s.io", Kind: "Event"}:                                           {event.Strategy, "events", k},
		{Group: "flowcontrol.apiserver.k8s.io", Kind: "FlowSchema"}:                       {flowschema.Strategy, "flowschemas", k},
		{Group: "flowcontrol.apiserver.k8s.io", Kind: "PriorityLevelConfiguration"}:       {prioritylevelconfiguration.Strategy, "prioritylevelconfigurations", k},
		{Group: "lifecycle.k8s.io", Kind: "Eviction"}:                                     {eviction.NewStrategy(clock.RealClock{}), "evictions", k},
		{Group: "lifecycle.k8s.io", Kind: "EvictionRequest"}:                              {evictionrequest.NewStrategy(), "evictionrequests", k},
		{Group: "networking.k8s.io", Kind: "Ingress"}:                                     {ingress.Strategy, "ingresses", k},
		{Group: "networking.k8s.io", Kind: "IngressClass"}:                                {ingressclass.Strategy, "ingressclasses", k},
		{Group: "networking.k8s.io", Kind: "IPAddress"}:                                   {ipaddress.Strategy, "ipaddresses", k},
		{Group: "networking.k8s.io", Kind: "NetworkPolicy"}:                               {networkpolicy.Strategy, "networkpolicies", k},
		{Group: "networking.k8s.io", Kind: "ServiceCIDR"}:                                 {servicecidr.Strategy, "servicecidrs", k},
		{Group: "node.k8s.io", Kind: "RuntimeClass"}:                                      {runtimeclass.Strategy, "runtimeclasses", k},
		{Group: "policy", Kind: "PodDisruptionBudget"}:                                    {poddisruptionbudget.Strategy, "poddisruptionbudgets", k},
		{Group: "rbac.authorization.k8s.io", Kind: "ClusterRole"}:                         {clusterrole.Strategy, "clusterroles", k},
		{Group: "rbac.authorization.k8s.io", Kind: "ClusterRoleBinding"}:                  {clusterrolebinding.Strategy, "clusterrolebindings", k},
		{Group: "rbac.authorization.k8s.io", Kind: "Role"}:                                {role.Strategy, "roles", k},
		{Group: "rbac.authorization.k8s.io", Kind: "RoleBinding"}:                         {rolebinding.Strategy, "rolebindings", k},
		{Group: "resource.k8s.io", Kind: "DeviceClass"}:                                   {deviceclass.Strategy, "deviceclasses", k},
		{Group: "resource.k8s.io", Kind: "DeviceTaintRule"}:                               {devicetaintrule.Strategy, "devicetaintrules", k},
		{Group: "resource.k8s.io", Kind: "ResourceClaim"}:                                 {resourceclaim.NewStrategy(adminNamespaces{}, nil), "resourceclaims", k},
		{Group: "resource.k8s.io", Kind: "ResourceClaimTemplate"}:                         {resourceclaimtemplate.NewStrategy(adminNamespaces{}), "resourceclaimtemplates", k},
		{Group: "resource.k8s.io", Kind: "ResourcePoolStatusRequest"}:                     {resourcepoolstatusrequest.Strategy, "resourcepoolstatusrequests", k},
		{Group: "resource.k8s.io", Kind: "ResourceSlice"}:                                 {resourceslice.Strategy, "resourceslices", k},
		{Group: "scheduling.k8s.io", Kind: "CompositePodGroup"}:                           {compositepodgroup.NewStrategy(), "compositepodgroups", k},
		{Group: "scheduling.k8s.io", Kind: "PodGroup"}:                                    {podgroup.NewStrategy(), "podgroups", k},
		{Group: "scheduling.k8s.io", Kind: "PriorityClass"}:                               {priorityclass.Strategy, "priorityclasses", k},
		{Group: "scheduling.k8s.io", Kind: "Workload"}:                                    {workload.Strategy, "workloads", k},
		{Group: "storage.k8s.io", Kind: "CSIDriver"}:                                      {csidriver.Strategy, "csidrivers", k},
		{Group: "storage.k8s.io", Kind: "CSINode"}:                                        {csinode.Strategy, "csinodes", k},
		{Group: "storage.k8s.io", Kind: "CSIStorageCapacity"}:                             {csistoragecapacity.Strategy, "csistoragecapacities", k},
		{Group: "storage.k8s.io", Kind: "StorageClass"}:                                   {storageclass.Strategy, "storageclasses", k},
		{Group: "storage.k8s.io", Kind: "VolumeAttachment"}:                               {volumeattachment.Strategy, "volumeattachments", k},
		{Group: "storage.k8s.io", Kind: "VolumeAttributesClass"}:                          {volumeattributesclass.Strategy, "volumeattributesclasses", k},
		{Group: "storagemigration.k8s.io", Kind: "StorageVersionMigration"}:               {storagemigration.Strategy, "storageversionmigrations", k},
		{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}:                 definitionStrategy(),
		{Group: "apiregistration.k8s.io", Kind: "APIService"}:                             serviceStrategy(),
	}
})

// adminNamespaces stands for the namespaces of the cluster. A claim may only ask
// for the administrator's access to a device in a namespace that is labelled for
// it; whether it is, no file can tell.
type adminNamespaces struct{ clientv1.NamespaceInterface }

// Get implements the one method that the strategies call.
func (adminNamespaces) Get(context.Context, string, metav1.GetOptions) (*corev1.Namespace, error) {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{resourcev1.DRAAdminNamespaceLabelKey: "true"}}}, nil
}

// noResources stands for the server's discovery, which strategies of admission
// policies ask on behalf of an authorizer. Without an authorizer they demand one
// all the same.
type noResources struct{}

// Resolve implements the resolver that the strategies take.
func (noResources) Resolve(kind schema.GroupVersionKind) (schema.GroupVersionResource, error) {
	return schema.GroupVersionResource{}, fmt.Errorf("%s is not known here", kind)
}
