/**
 * Pods as they may be and as they may not, each with the exact words. One base Pod, changed in one place per case.
 */
import { describe, expect, test } from 'vitest'
import { judged } from '../../../testing/judged.ts'
import { Pod } from '../pod.ts'

const c = (change: object = {}): object => ({ name: 'c', image: 'nginx:1', ...change })
const base = { metadata: { name: 'web', namespace: 'shop' }, spec: { serviceAccountName: 'default', containers: [c()] } }
const { errors } = judged(Pod, base)

function check(group: string, cases: readonly (readonly [name: string, spec: object, expected: readonly string[]])[]): void {
  describe(group, () => {
    for (const [name, spec, expected] of cases) test(name, () => expect(errors({ spec })).toEqual(expected))
  })
}
const one = (change: object): object => ({ containers: [c(change)] })
const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

check('containers', [
  ['a plain one', {}, []],
  ['none', { containers: [] }, ['spec.containers: Required value']],
  ['no name', one({ name: '' }), ['spec.containers[0].name: Required value']],
  ['a bad name', one({ name: 'A' }), [`spec.containers[0].name: Invalid value: "A": ${label}`]],
  ['a name twice', { containers: [c(), c()] }, ['spec.containers[1].name: Duplicate value: "c"']],
  ['no image', one({ image: '' }), ['spec.containers[0].image: Required value']],
  [
    'an image with spaces',
    one({ image: ' nginx' }),
    ['spec.containers[0].image: Invalid value: " nginx": must not have leading or trailing whitespace'],
  ],
  [
    'a pull policy of its own',
    one({ imagePullPolicy: 'Sometimes' }),
    ['spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"'],
  ],
  [
    'a message policy of its own',
    one({ terminationMessagePolicy: 'Log' }),
    ['spec.containers[0].terminationMessagePolicy: Unsupported value: "Log": supported values: "File", "FallbackToLogsOnError"'],
  ],
  [
    'an init container that shares a name and has a probe',
    { initContainers: [c({ livenessProbe: { exec: { command: ['a'] } } })] },
    [
      'spec.initContainers[0].name: Duplicate value: "c"',
      'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
  ],
  [
    'a sidecar with a probe',
    { initContainers: [c({ name: 's', restartPolicy: 'Always', livenessProbe: { exec: { command: ['a'] } } })] },
    [],
  ],
  [
    'ephemeral containers of a new Pod',
    { ephemeralContainers: [{ name: 'e', image: 'a', ports: [{ containerPort: 1 }], targetContainerName: 'x' }] },
    [
      'spec.ephemeralContainers[0].targetContainerName: Not found: "x"',
      'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
      'spec.ephemeralContainers: Forbidden: cannot be set on create',
    ],
  ],
])

check('ports', [
  ['named', one({ ports: [{ containerPort: 80, name: 'http' }] }), []],
  ['0', one({ ports: [{ containerPort: 0 }] }), ['spec.containers[0].ports[0].containerPort: Required value']],
  [
    'too high, protocol unknown',
    one({ ports: [{ containerPort: 65536, protocol: 'ICMP' }] }),
    [
      'spec.containers[0].ports[0].containerPort: Invalid value: 65536: must be between 1 and 65535, inclusive',
      'spec.containers[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
    ],
  ],
  [
    'a host port twice',
    { containers: [c({ ports: [{ containerPort: 1, hostPort: 9 }] }), c({ name: 'd', ports: [{ containerPort: 2, hostPort: 9 }] })] },
    ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//9"'],
  ],
  [
    'another host port on the host network',
    { hostNetwork: true, ...one({ ports: [{ containerPort: 80, hostPort: 81 }] }) },
    ['spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true'],
  ],
])

const env = (variable: object): object => one({ env: [variable] })
const from = (valueFrom: object): object => env({ name: 'A', valueFrom })
check('environment', [
  ['any printable name', env({ name: '1 a!' }), []],
  [
    'a name with =',
    env({ name: 'a=b' }),
    [
      `spec.containers[0].env[0].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '='`,
    ],
  ],
  [
    'no source',
    from({}),
    [
      'spec.containers[0].env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
    ],
  ],
  [
    'a value and a source',
    env({ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }),
    ['spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty'],
  ],
  ['an annotation', from({ fieldRef: { fieldPath: "metadata.annotations['a.b/C']" } }), []],
  [
    'a field that volumes have',
    from({ fieldRef: { fieldPath: 'metadata.labels' } }),
    [
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
    ],
  ],
  [
    'a field that nobody has',
    from({ fieldRef: { fieldPath: 'metadata.x' } }),
    [
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.x": error converting fieldPath: field label not supported: metadata.x',
    ],
  ],
  [
    'a divisor that cpu does not have',
    from({ resourceFieldRef: { resource: 'limits.cpu', divisor: '1k' } }),
    [
      `spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource`,
    ],
  ],
  [
    'an envFrom without source',
    one({ envFrom: [{ prefix: 'A_' }] }),
    ['spec.containers[0].envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`'],
  ],
])

const probe = (change: object): object => one({ livenessProbe: change })
check('probes', [
  ['http', probe({ httpGet: { port: 80 } }), []],
  ['no handler', probe({}), ['spec.containers[0].livenessProbe: Required value: must specify a handler type']],
  [
    'two handlers',
    probe({ exec: { command: ['a'] }, tcpSocket: { port: 0 } }),
    ['spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type'],
  ],
  [
    'numbers',
    probe({ grpc: { port: 1 }, successThreshold: 2, initialDelaySeconds: -1, terminationGracePeriodSeconds: 0 }),
    [
      'spec.containers[0].livenessProbe.initialDelaySeconds: Invalid value: -1: must be greater than or equal to 0',
      'spec.containers[0].livenessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0',
      'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
    ],
  ],
  [
    'a sleep longer than the Pod may take',
    one({ lifecycle: { preStop: { sleep: { seconds: 31 } } } }),
    [
      'spec.containers[0].lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)',
    ],
  ],
])

const res = (resources: object): object => one({ resources })
check('resources', [
  ['requests within limits', res({ requests: { cpu: '1' }, limits: { cpu: '2', memory: '1Gi' } }), []],
  [
    'a request above its limit',
    res({ requests: { cpu: '2' }, limits: { cpu: '1' } }),
    ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
  ],
  [
    'an extended resource without limit',
    res({ requests: { 'a.b/gpu': '1' } }),
    ['spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources'],
  ],
  [
    'half an extended resource',
    res({ limits: { 'a.b/gpu': '500m' } }),
    [
      'spec.containers[0].resources.limits[a.b/gpu]: Invalid value: "500m": must be an integer',
      'spec.containers[0].resources.requests[a.b/gpu]: Invalid value: "500m": must be an integer',
    ],
  ],
  [
    'a name without a domain',
    res({ requests: { disk: '1' } }),
    [
      'spec.containers[0].resources.requests[disk]: Invalid value: "disk": must be a standard resource type or fully qualified',
      'spec.containers[0].resources.requests[disk]: Invalid value: "disk": must be a standard resource for containers',
    ],
  ],
  [
    'huge pages alone, in part',
    res({ limits: { 'hugepages-2Mi': '3Mi' } }),
    [
      'spec.containers[0].resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
      'spec.containers[0].resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
      'spec.containers[0].resources: Forbidden: HugePages require cpu or memory',
    ],
  ],
  [
    'less than nothing',
    res({ requests: { cpu: '-1' } }),
    ['spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
  ],
  [
    'a claim that the Pod has not',
    res({ claims: [{ name: 'gpu' }] }),
    ['spec.containers[0].resources.claims[0]: Not found: "gpu": must be one of the names in pod.spec.resourceClaims which is empty'],
  ],
  [
    'a Pod that asks for less than its containers',
    { resources: { requests: { cpu: '1' } }, ...res({ requests: { cpu: '2' } }) },
    ['spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2'],
  ],
  [
    'a claim with two origins',
    { resourceClaims: [{ name: 'a', resourceClaimName: 'x', resourceClaimTemplateName: 'y' }] },
    [
      'spec.resourceClaims[0]: Invalid value: {"Name":"a","ResourceClaimName":"x","ResourceClaimTemplateName":"y"}: at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified',
    ],
  ],
])

const volume = (source: object, mount?: object): object => ({
  volumes: [{ name: 'v', ...source }],
  ...(mount ? one({ volumeMounts: [mount] }) : {}),
})
check('volumes', [
  ['none said is emptyDir', volume({}, { name: 'v', mountPath: '/v' }), []],
  [
    'two sources',
    volume({ emptyDir: {}, hostPath: { path: '/a' } }),
    ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
  ],
  ['a volume twice', { volumes: [{ name: 'v' }, { name: 'v' }] }, ['spec.volumes[1].name: Duplicate value: "v"']],
  [
    'a mount of nothing',
    one({ volumeMounts: [{ name: 'x', mountPath: '/a' }] }),
    ['spec.containers[0].volumeMounts[0].name: Not found: "x"'],
  ],
  [
    'a mount of a volume that is wrong',
    volume({ secret: {} }, { name: 'v', mountPath: '/a' }),
    ['spec.volumes[0].secret.secretName: Required value', 'spec.containers[0].volumeMounts[0].name: Not found: "v"'],
  ],
  [
    'a path out of the volume',
    volume({}, { name: 'v', mountPath: '/a', subPath: '../x' }),
    [`spec.containers[0].volumeMounts.subPath: Invalid value: "../x": must not contain '..'`],
  ],
  [
    'keys',
    volume({ configMap: { name: 'm', items: [{ key: '', path: '..x', mode: 512 }] } }),
    [
      'spec.volumes[0].configMap.items[0].key: Required value',
      `spec.volumes[0].configMap.items[0].path: Invalid value: "..x": must not start with '..'`,
      'spec.volumes[0].configMap.items[0].mode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
    ],
  ],
  [
    'a host path of a strange type',
    volume({ hostPath: { path: '/a', type: 'Pipe' } }),
    [
      'spec.volumes[0].hostPath.type: Unsupported value: "Pipe": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
    ],
  ],
  [
    'two sources of one path',
    volume({
      projected: {
        sources: [
          { secret: { name: 's', items: [{ key: 'a', path: 'x' }] } },
          { configMap: { name: 'm', items: [{ key: 'a', path: 'x' }] } },
        ],
      },
    }),
    ['spec.volumes[0].projected: Invalid value: "m": conflicting duplicate paths'],
  ],
  [
    'a token for a moment',
    volume({ projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 60 } }] } }),
    [
      'spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
    ],
  ],
  [
    'a token of nobody',
    { serviceAccountName: '', ...volume({ projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }) },
    ['spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set'],
  ],
  [
    'a claim that another volume makes',
    {
      volumes: [
        {
          name: 'v',
          ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } },
        },
        { name: 'w', persistentVolumeClaim: { claimName: 'web-v' } },
      ],
    },
    [
      'spec.volumes[1].persistentVolumeClaim.claimName: Invalid value: "web-v": must not reference a PVC that gets created for an ephemeral volume',
    ],
  ],
  [
    'propagation to the host',
    volume({}, { name: 'v', mountPath: '/a', mountPropagation: 'Bidirectional' }),
    [
      'spec.containers[0].volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers',
    ],
  ],
])

check('security', [
  [
    'escalation',
    one({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
    [
      'spec.containers[0].securityContext: Invalid value: {"Capabilities":null,"Privileged":true,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":null,"SeccompProfile":null,"AppArmorProfile":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    ],
  ],
  [
    'a profile without name',
    { securityContext: { seccompProfile: { type: 'Localhost' } } },
    ['spec.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost'],
  ],
  [
    'a sysctl of the host',
    { hostNetwork: true, securityContext: { sysctls: [{ name: 'net.core.somaxconn', value: '1' }] } },
    [`spec.securityContext.sysctls[0].name: Invalid value: "net.core.somaxconn": may not be specified when 'hostNetwork' is true`],
  ],
  ['users of its own on the host', { hostUsers: false, hostPID: true }, ['spec.HostPID: Forbidden: when `hostUsers` is false']],
  ['a system that is none', { os: { name: 'plan9' } }, ['spec.os: Unsupported value: "plan9": supported values: "linux", "windows"']],
  [
    'Linux on Windows',
    { os: { name: 'windows' }, hostPID: true, ...one({ securityContext: { privileged: true } }) },
    [
      'spec.hostPID: Forbidden: cannot be set for a windows pod',
      'spec.containers[0].securityContext.privileged: Forbidden: cannot be set for a windows pod',
    ],
  ],
])

const toleration = (one: object): object => ({ tolerations: [one] })
check('scheduling', [
  [
    'a toleration of everything equal to something',
    toleration({ operator: 'Equal' }),
    [
      'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
  ],
  [
    'a value that need not be',
    toleration({ key: 'a', operator: 'Exists', value: 'b' }),
    [`spec.tolerations[0].operator: Invalid value: "b": value must be empty when \`operator\` is 'Exists'`],
  ],
  [
    'an operator and an effect that are none',
    toleration({ key: 'a', operator: 'Gt', effect: 'Maybe' }),
    [
      'spec.tolerations[0].operator: Unsupported value: "Gt": supported values: "Equal", "Exists"',
      'spec.tolerations[0].effect: Unsupported value: "Maybe": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ],
  ],
  [
    'spread',
    { topologySpreadConstraints: [{ maxSkew: 0, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', minDomains: 1 }] },
    [
      'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
      'spec.topologySpreadConstraints[0].minDomains: Invalid value: 1: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
    ],
  ],
  [
    'gates with a node',
    { nodeName: 'n', schedulingGates: [{ name: 'a' }, { name: 'a' }] },
    [
      'spec.schedulingGates[1]: Duplicate value: "a"',
      'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
    ],
  ],
  [
    'affinity',
    { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } } },
    [
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
    ],
  ],
])

check('the rest', [
  [
    'restartPolicy, dnsPolicy',
    { restartPolicy: 'Sometimes', dnsPolicy: 'None' },
    [
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
      'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None',
    ],
  ],
  [
    'names',
    { serviceAccountName: 'A', hostname: 'a_b', activeDeadlineSeconds: 0 },
    [
      `spec.serviceAccountName: Invalid value: "A": ${subdomain}`,
      'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
      `spec.hostname: Invalid value: "a_b": ${label}`,
    ],
  ],
  [
    'addresses',
    { hostAliases: [{ ip: 'x', hostnames: ['a'] }], dnsConfig: { nameservers: ['y'], searches: ['.', 'a_b.'] } },
    [
      'spec.dnsConfig.nameservers[0]: Invalid value: "y": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      'spec.hostAliases[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
  ],
])

test('annotations are judged with the spec', () => {
  const annotations = {
    'controller.kubernetes.io/pod-deletion-cost': '+1',
    'container.apparmor.security.beta.kubernetes.io/x': 'runtime/default',
  }
  expect(errors({ metadata: { annotations } })).toEqual([
    'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+1": must be a 32bit integer',
    'metadata.annotations[container.apparmor.security.beta.kubernetes.io/x]: Invalid value: "x": container not found',
  ])
})
