/**
 * One object for each kind that the official client is tried with, by the class of its API and the name of its methods there: `createNamespacedConfigMap`
 * and its sisters. Objects are the smallest that are valid.
 */
import * as k8s from '@kubernetes/client-node'

export interface TriedKind {
  readonly api: new (configuration: k8s.Configuration) => object
  /** "NamespacedConfigMap" */
  readonly methods: string
  readonly object: object
  /** 'status', 'scale': subresources to be read, replaced and patched. */
  readonly subresources: readonly string[]
}

const pod = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
const selector = { matchLabels: { a: 'b' } }
const workload = { selector, template: pod }
const job = { template: { spec: { ...pod.spec, restartPolicy: 'Never' } }, suspend: true }
const scaleTarget = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' }, maxReplicas: 2 }
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]
const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' }
const webhook = {
  name: 'a.example.com',
  clientConfig: { url: 'https://example.com/hook' },
  rules: [{ apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['foos'] }],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
}
const constraints = { resourceRules: [{ apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['foos'] }] }
const level = { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } }
const driver = 'driver.example.com'
/** Asks for a certificate for CN=tester; the key is forgotten. */
const certificateRequest = [
  '-----BEGIN CERTIFICATE REQUEST-----',
  'MIHLMHMCAQAwETEPMA0GA1UEAwwGdGVzdGVyMFkwEwYHKoZIzj0CAQYIKoZIzj0D',
  'AQcDQgAE87/sbZVpDGpOkWQF/5iaZQwzpsUFNyGX0jW8u8VAAv8gA6UwdhyvHZD7',
  '1UYeu3h+Wk/b3zzT3Bfkn9Ob9bNtiqAAMAoGCCqGSM49BAMCA0gAMEUCIDt3ILkm',
  'SrTK1Oe3v5SP1jqoKeqStsSXpyAM4OhTLgHAAiEAv9pMLxYl7hIhBluxIBxM0E5Z',
  'L3Fq9d1PawfgEYSnMCQ=',
  '-----END CERTIFICATE REQUEST-----',
  '',
].join('\n')

export function triedKinds(): readonly TriedKind[] {
  const { CoreV1Api: core, AppsV1Api: apps, BatchV1Api: batch, NetworkingV1Api: networking, StorageV1Api: storage } = k8s
  const {
    RbacAuthorizationV1Api: rbac,
    ResourceV1Api: resource,
    AdmissionregistrationV1Api: admission,
    FlowcontrolApiserverV1Api: flow,
  } = k8s
  const tried: readonly (readonly [api: TriedKind['api'], methods: string, object: object, subresources?: string])[] = [
    [core, 'NamespacedConfigMap', { data: { a: '1' } }],
    [core, 'NamespacedSecret', { stringData: { a: '1' } }],
    [core, 'NamespacedServiceAccount', {}],
    [core, 'NamespacedService', { spec: { ports: [{ port: 80 }] } }, 'status'],
    [core, 'NamespacedEndpoints', { subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 80 }] }] }],
    [core, 'NamespacedLimitRange', { spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '9Ti' } }] } }],
    [
      core,
      'NamespacedPersistentVolumeClaim',
      { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      'status',
    ],
    [core, 'NamespacedPod', { ...pod, spec: { ...pod.spec, nodeSelector: { none: 'such' } } }, 'status'],
    [core, 'NamespacedPodTemplate', { template: pod }],
    [core, 'NamespacedReplicationController', { spec: { replicas: 0, selector: { a: 'b' }, template: pod } }, 'status scale'],
    [core, 'NamespacedResourceQuota', { spec: { hard: { 'count/foos.example.com': '5' } } }, 'status'],
    [core, 'Node', {}, 'status'],
    [
      core,
      'PersistentVolume',
      { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/tmp' } } },
      'status',
    ],
    [apps, 'NamespacedControllerRevision', { revision: 1, data: { a: 1 } }],
    [
      apps,
      'NamespacedDaemonSet',
      { spec: { ...workload, template: { ...pod, spec: { ...pod.spec, nodeSelector: { none: 'such' } } } } },
      'status',
    ],
    [apps, 'NamespacedDeployment', { spec: { ...workload, replicas: 0 } }, 'status scale'],
    [apps, 'NamespacedReplicaSet', { spec: { ...workload, replicas: 0 } }, 'status scale'],
    [apps, 'NamespacedStatefulSet', { spec: { ...workload, replicas: 0, serviceName: 's' } }, 'status scale'],
    [batch, 'NamespacedJob', { spec: job }, 'status'],
    [batch, 'NamespacedCronJob', { spec: { schedule: '0 0 1 1 *', suspend: true, jobTemplate: { spec: job } } }, 'status'],
    [k8s.AutoscalingV1Api, 'NamespacedHorizontalPodAutoscaler', { spec: scaleTarget }, 'status'],
    [k8s.AutoscalingV2Api, 'NamespacedHorizontalPodAutoscaler', { spec: scaleTarget }, 'status'],
    [k8s.PolicyV1Api, 'NamespacedPodDisruptionBudget', { spec: { maxUnavailable: 1, selector } }, 'status'],
    [networking, 'NamespacedIngress', { spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } } }, 'status'],
    [networking, 'NamespacedNetworkPolicy', { spec: { podSelector: {} } }],
    [networking, 'IngressClass', { spec: { controller: 'example.com/c' } }],
    [networking, 'ServiceCIDR', { spec: { cidrs: ['10.77.0.0/24'] } }, 'status'],
    [
      networking,
      'IPAddress',
      { metadata: { name: '10.78.0.1' }, spec: { parentRef: { resource: 'services', namespace: 'default', name: 'x' } } },
    ],
    [rbac, 'NamespacedRole', { rules }],
    [rbac, 'NamespacedRoleBinding', { roleRef, subjects: [{ kind: 'User', name: 'u', apiGroup: roleRef.apiGroup }] }],
    [rbac, 'ClusterRole', { rules }],
    [rbac, 'ClusterRoleBinding', { roleRef, subjects: [{ kind: 'User', name: 'u', apiGroup: roleRef.apiGroup }] }],
    [k8s.CoordinationV1Api, 'NamespacedLease', { spec: { holderIdentity: 'me', leaseDurationSeconds: 10 } }],
    [
      k8s.DiscoveryV1Api,
      'NamespacedEndpointSlice',
      { addressType: 'IPv4', endpoints: [{ addresses: ['10.1.2.3'] }], ports: [{ port: 80 }] },
    ],
    [
      k8s.EventsV1Api,
      'NamespacedEvent',
      {
        eventTime: new k8s.V1MicroTime(),
        action: 'a',
        reason: 'r',
        type: 'Normal',
        reportingController: 'example.com/c',
        reportingInstance: 'i',
        regarding: { kind: 'Pod', namespace: 'client-node', name: 'p' },
      },
    ],
    [k8s.NodeV1Api, 'RuntimeClass', { handler: 'h' }],
    [k8s.SchedulingV1Api, 'PriorityClass', { value: 5 }],
    [storage, 'StorageClass', { provisioner: driver }],
    [storage, 'CSIDriver', { spec: {} }],
    [storage, 'CSINode', { spec: { drivers: [] } }],
    [storage, 'NamespacedCSIStorageCapacity', { storageClassName: 's' }],
    [storage, 'VolumeAttachment', { spec: { attacher: driver, nodeName: 'n', source: { persistentVolumeName: 'p' } } }, 'status'],
    [storage, 'VolumeAttributesClass', { driverName: driver, parameters: { a: '1' } }],
    [flow, 'FlowSchema', { spec: { priorityLevelConfiguration: { name: 'global-default' }, matchingPrecedence: 9000 } }, 'status'],
    [flow, 'PriorityLevelConfiguration', { spec: level }, 'status'],
    [admission, 'ValidatingWebhookConfiguration', { webhooks: [webhook] }],
    [admission, 'MutatingWebhookConfiguration', { webhooks: [webhook] }],
    [admission, 'ValidatingAdmissionPolicy', { spec: { matchConstraints: constraints, validations: [{ expression: 'true' }] } }, 'status'],
    [admission, 'ValidatingAdmissionPolicyBinding', { spec: { policyName: 'none', validationActions: ['Warn'] } }],
    [
      k8s.ApiregistrationV1Api,
      'APIService',
      {
        metadata: { name: 'v1.foo.example.com' },
        spec: {
          group: 'foo.example.com',
          version: 'v1',
          groupPriorityMinimum: 100,
          versionPriority: 10,
          service: { namespace: 'default', name: 'none' },
          insecureSkipTLSVerify: true,
        },
      },
      'status',
    ],
    [resource, 'DeviceClass', { spec: {} }],
    [
      resource,
      'NamespacedResourceClaim',
      { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'none' } }] } } },
      'status',
    ],
    [
      resource,
      'NamespacedResourceClaimTemplate',
      { spec: { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'none' } }] } } } },
    ],
    [resource, 'ResourceSlice', { spec: { driver, nodeName: 'n', pool: { name: 'p', generation: 1, resourceSliceCount: 1 } } }],
    [
      k8s.ApiextensionsV1Api,
      'CustomResourceDefinition',
      {
        metadata: { name: 'foos.example.com' },
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { plural: 'foos', singular: 'foo', kind: 'Foo', listKind: 'FooList' },
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
        },
      },
      'status',
    ],
    [
      k8s.CertificatesV1Api,
      'CertificateSigningRequest',
      { spec: { request: Buffer.from(certificateRequest).toString('base64'), signerName: 'example.com/s', usages: ['client auth'] } },
      'status approval',
    ],
  ]
  return tried.map(([api, methods, object, subresources = '']) => ({
    api,
    methods,
    object,
    subresources: subresources.split(' ').filter((one) => one !== ''),
  }))
}
