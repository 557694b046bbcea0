/**
 * Pods from creation to their end: what is filled in, what they begin with, what may change through which endpoint, what Tables say.
 */
import { describe, expect, test } from 'vitest'
import { describeFieldErrors, type FieldError } from '../../apimachinery/field-error.ts'
import { judged } from '../../testing/judged.ts'
import { Pod } from './pod.ts'
import { podLimits, podRequests, qosOf } from './pod-facts.ts'
import { imageTag } from './pod-spec/image-reference.ts'

const c = (change: object = {}): object => ({ name: 'c', image: 'nginx:1', ...change })
const base = {
  metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' }, creationTimestamp: '2026-01-01T00:00:00Z', resourceVersion: '1' },
  spec: { serviceAccountName: 'default', containers: [c()] },
}
const { made, updated, updateErrors, statusErrors, cells, warnings } = judged(Pod, base)
const withSpec = (spec: object): Record<string, object> => ({ spec })

describe('setDefaults()', () => {
  test('fills in what a Pod leaves out', () => {
    const { spec } = made({ spec: { containers: [c({ ports: [{ containerPort: 80 }], readinessProbe: { httpGet: { port: 80 } } })] } })
    expect(spec).toEqual({
      serviceAccountName: 'default',
      serviceAccount: 'default',
      containers: [
        {
          name: 'c',
          image: 'nginx:1',
          imagePullPolicy: 'IfNotPresent',
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          resources: {},
          ports: [{ containerPort: 80, protocol: 'TCP' }],
          readinessProbe: {
            httpGet: { port: 80, path: '/', scheme: 'HTTP' },
            timeoutSeconds: 1,
            periodSeconds: 10,
            successThreshold: 1,
            failureThreshold: 3,
          },
        },
      ],
      dnsPolicy: 'ClusterFirst',
      restartPolicy: 'Always',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
      schedulerName: 'default-scheduler',
      enableServiceLinks: true,
    })
  })

  test('knows volumes', () => {
    const volumes = [
      { name: 'a' },
      { name: 'b', hostPath: { path: '/' } },
      { name: 'd', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
    ]
    expect(made(withSpec({ volumes })).spec.volumes).toEqual([
      { name: 'a', emptyDir: {} },
      { name: 'b', hostPath: { path: '/', type: '' } },
      { name: 'd', projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }] } },
    ])
  })

  test('copies limits to requests, ports to the host, and rounds what is finer than a thousandth', () => {
    const { containers } = made(
      withSpec({
        hostNetwork: true,
        containers: [c({ ports: [{ containerPort: 80 }], resources: { limits: { cpu: '100u', memory: '1Gi' } } })],
      }),
    ).spec
    expect(containers[0]?.ports).toEqual([{ containerPort: 80, hostPort: 80, protocol: 'TCP' }])
    expect(containers[0]?.resources).toEqual({ limits: { cpu: '1m', memory: '1Gi' }, requests: { cpu: '1m', memory: '1Gi' } })
  })

  test('completes resources of the Pod from those of its containers', () => {
    const { resources } = made(
      withSpec({ resources: { limits: { cpu: '4', memory: '1Gi' } }, containers: [c({ resources: { requests: { cpu: '1' } } })] }),
    ).spec
    expect(resources).toEqual({ limits: { cpu: '4', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } })
  })

  test('reads tags as runtimes do', () => {
    const images = ['nginx', 'nginx:latest', 'localhost:5000/a', 'a:1', `a@sha256:${'0'.repeat(64)}`, 'Nginx', '']
    expect(images.map(imageTag)).toEqual(['latest', 'latest', 'latest', '1', '', '', ''])
  })
})

describe('prepareForCreate()', () => {
  test('begins pending, with a class', () => {
    expect(made({ status: { phase: 'Running' } }).status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' })
    const both = { cpu: '1', memory: '1Gi' }
    expect(qosOf(made(withSpec({ containers: [c({ resources: { limits: both } })] })))).toBe('Guaranteed')
    expect(qosOf(made(withSpec({ containers: [c({ resources: { limits: both } }), c({ name: 'd' })] })))).toBe('Burstable')
  })

  test('says that it is gated', () => {
    expect(made(withSpec({ schedulingGates: [{ name: 'a' }] })).status?.conditions).toEqual([
      {
        type: 'PodScheduled',
        status: 'False',
        lastProbeTime: null,
        lastTransitionTime: '2026-01-01T00:00:00Z',
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
      },
    ])
  })

  test('merges matchLabelKeys into the selector', () => {
    const constraint = {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: {},
      matchLabelKeys: ['app', 'x'],
    }
    expect(made(withSpec({ topologySpreadConstraints: [constraint] })).spec.topologySpreadConstraints?.[0]?.labelSelector).toEqual({
      matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }],
    })
  })

  test('drops what has its gate off', () => {
    const { spec } = made(
      withSpec({
        hostnameOverride: 'x',
        volumes: [{ name: 'i', image: { reference: 'a' } }],
        containers: [c({ restartPolicy: 'Never', volumeMounts: [{ name: 'i', mountPath: '/i' }], lifecycle: { stopSignal: 'SIGINT' } })],
      }),
    )
    expect(spec).not.toHaveProperty('hostnameOverride')
    expect(spec.volumes).toEqual([])
    expect(spec.containers[0]).toMatchObject({ volumeMounts: [] })
    expect(spec.containers[0]).not.toHaveProperty('restartPolicy')
    expect(spec.containers[0]).not.toHaveProperty('lifecycle')
  })

  test('turns AppArmor annotations into fields', () => {
    const annotations = { 'container.apparmor.security.beta.kubernetes.io/c': 'localhost/strict' }
    const pod = { metadata: { annotations } }
    expect(made(pod).spec.containers[0]?.securityContext).toEqual({ appArmorProfile: { type: 'Localhost', localhostProfile: 'strict' } })
    expect(warnings(pod)).toEqual([
      'metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: deprecated since v1.30; use the "appArmorProfile" field instead',
    ])
  })
})

const fields =
  '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

describe('validateUpdate()', () => {
  const check = (name: string, change: object, expected: readonly string[], old: object = {}): void => {
    test(name, () => expect(updateErrors(withSpec(change), withSpec(old))).toEqual(expected))
  }
  check('takes another image', { containers: [c({ image: 'nginx:2', imagePullPolicy: 'IfNotPresent' })] }, [])
  check('takes more tolerations', { tolerations: [{ key: 'a', operator: 'Exists' }] }, [])
  check('takes gates away', { schedulingGates: [] }, [], { schedulingGates: [{ name: 'a' }] })
  check('refuses new gates', { schedulingGates: [{ name: 'a' }] }, [
    "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'a'",
  ])
  check(
    'refuses other tolerations',
    { tolerations: [] },
    ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
    {
      tolerations: [{ key: 'a', operator: 'Exists' }],
    },
  )
  check('refuses more containers', { containers: [c(), c({ name: 'd' })] }, [
    'spec.containers: Forbidden: pod updates may not add or remove containers',
  ])
  check('takes a shorter deadline', { activeDeadlineSeconds: 5 }, [], { activeDeadlineSeconds: 10 })
  check(
    'refuses a longer deadline',
    { activeDeadlineSeconds: 11 },
    ['spec.activeDeadlineSeconds: Invalid value: 11: must be less than or equal to previous value'],
    {
      activeDeadlineSeconds: 10,
    },
  )
  check('refuses the rest, with a diff', { hostname: 'b' }, [
    `spec: Forbidden: pod updates may not change fields other than ${fields}\n@@ -64,7 +64,7 @@\n   "SELinuxChangePolicy": null\n  },\n  "ImagePullSecrets": null,\n- "Hostname": "",\n+ "Hostname": "b",\n  "Subdomain": "",\n  "SetHostnameAsFQDN": null,\n  "Affinity": null,\n`,
  ])
  const gated = { schedulingGates: [{ name: 'a' }], nodeSelector: { disk: 'ssd' } }
  check('lets a gated Pod narrow its nodes', { nodeSelector: { disk: 'ssd', zone: 'a' } }, [], gated)
  check(
    'refuses other nodes',
    { nodeSelector: { disk: 'hdd' } },
    ['spec.nodeSelector: Invalid value: {"disk":"hdd"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)'],
    gated,
  )

  test('keeps the mirror annotation', () => {
    const mirror = { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } }, spec: { nodeName: 'n' } }
    expect(updateErrors({ metadata: { annotations: { 'kubernetes.io/config.mirror': 'y' } } }, mirror)).toEqual([
      'metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not remove or update mirror pod annotation',
    ])
  })
})

const texts = (errors: Iterable<FieldError> | undefined): readonly string[] =>
  [...(errors ?? [])].map((error) => describeFieldErrors([error]).message)

/** Through an endpoint of its own. */
function through(subresource: string, change: object, old: object): { readonly next: Pod; readonly errors: readonly string[] } {
  const next = updated(change as never, old as never, subresource)
  return { next, errors: texts(Pod.validateSubresourceUpdate?.[subresource]?.(next, made(old as never))) }
}

describe('ephemeralcontainers', () => {
  test('are added, and nothing else changes', () => {
    const { next, errors } = through(
      'ephemeralcontainers',
      withSpec({ hostname: 'b', ephemeralContainers: [{ name: 'e', image: 'a' }] }),
      {},
    )
    expect(errors).toEqual([])
    expect(next.spec.hostname).toBeUndefined()
    expect(next.spec.ephemeralContainers).toMatchObject([{ name: 'e', image: 'a' }])
  })
  test('stay', () => {
    const { errors } = through(
      'ephemeralcontainers',
      withSpec({ ephemeralContainers: [] }),
      withSpec({ ephemeralContainers: [{ name: 'e', image: 'a' }] }),
    )
    expect(errors).toEqual(['spec.ephemeralContainers: Forbidden: existing ephemeral containers "e" may not be removed\n'])
  })
})

describe('resize', () => {
  const asking = (resources: object): object => withSpec({ containers: [c({ resources, image: 'nginx:9' })] })
  const old = withSpec({ containers: [c({ resources: { requests: { cpu: '1' } } })] })
  test('changes amounts and nothing else', () => {
    const { next, errors } = through('resize', asking({ requests: { cpu: '2' } }), old)
    expect(errors).toEqual([])
    expect(next.spec.containers[0]).toMatchObject({ image: 'nginx:1', resources: { requests: { cpu: '2' } } })
  })
  test('keeps the class and what was asked for', () => {
    expect(through('resize', asking({}), old).errors).toEqual([
      'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
      'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
    ])
  })
  test('is of cpu and memory', () => {
    const more = { requests: { cpu: '1', 'ephemeral-storage': '1Gi' } }
    expect(through('resize', asking(more), old).errors).toEqual(['spec: Forbidden: only cpu and memory resources are mutable'])
  })
  test('adds no containers', () => {
    const two = withSpec({ containers: [c({ resources: { requests: { cpu: '1' } } }), c({ name: 'd' })] })
    expect(through('resize', two, old).errors).toEqual(['spec.containers: Forbidden: containers may not be added or removed on resize'])
  })
})

describe('status', () => {
  test('keeps the class when it is forgotten, and refuses another', () => {
    expect(statusErrors({ status: { phase: 'Running', qosClass: undefined } })).toEqual([])
    expect(statusErrors({ status: { qosClass: 'Guaranteed' } })).toEqual([
      'status.qosClass: Invalid value: "Guaranteed": field is immutable',
    ])
  })
  test('has one address of each family', () => {
    const status = { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] }
    expect(statusErrors({ status })).toEqual([
      'status.podIPs: Invalid value: [{"IP":"10.0.0.1"},{"IP":"10.0.0.2"}]: may specify no more than one IP for each IP family',
    ])
  })
  test('is set as podIP and podIPs alike', () => {
    expect(updated({ status: { podIP: '10.0.0.1' } }, {}, 'status').status?.podIPs).toEqual([{ ip: '10.0.0.1' }])
  })
  test('names a condition and a node rightly', () => {
    const status = { conditions: [{ type: 'a b', status: 'True' }], nominatedNodeName: 'n' }
    expect(statusErrors({ status }, withSpec({ nodeName: 'm' }))).toEqual([
      expect.stringContaining('status.conditions[0].Type: Invalid value: "a b": name part must consist of'),
      'status.nominatedNodeName: Forbidden: may not be set on pods that are already bound to a node',
    ])
  })
})

describe('columns', () => {
  const state = (name: string, state: object, rest: object = {}): object => ({ name, ready: false, restartCount: 0, state, ...rest })
  const now = Date.parse('2026-01-01T01:00:00Z')
  const check = (name: string, change: object, expected: readonly [ready: string, status: string, restarts: string]): void => {
    test(name, () => {
      const { Ready, Status, Restarts } = cells(change as never, now)
      expect([Ready, Status, Restarts]).toEqual(expected)
    })
  }
  const running = { running: {} }
  const init = { spec: { initContainers: [{ name: 'a' }, { name: 'b' }] } }
  check('a new Pod', {}, ['0/1', 'Pending', '0'])
  check('running', { status: { phase: 'Running', containerStatuses: [state('c', running, { ready: true })] } }, ['1/1', 'Running', '0'])
  check(
    'initializing',
    { ...init, status: { initContainerStatuses: [state('a', { terminated: { exitCode: 0 } }), state('b', running)] } },
    ['0/1', 'Init:1/2', '0'],
  )
  check('an init container that failed', { ...init, status: { initContainerStatuses: [state('a', { terminated: { exitCode: 3 } })] } }, [
    '0/1',
    'Init:ExitCode:3',
    '0',
  ])
  check(
    'crashing',
    {
      status: {
        phase: 'Running',
        containerStatuses: [
          state(
            'c',
            { waiting: { reason: 'CrashLoopBackOff' } },
            { restartCount: 2, lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:55:00Z' } } },
          ),
        ],
      },
    },
    ['0/1', 'CrashLoopBackOff', '2 (5m ago)'],
  )
  check('done', { status: { phase: 'Succeeded', containerStatuses: [state('c', { terminated: { reason: 'Completed', exitCode: 0 } })] } }, [
    '0/1',
    'Completed',
    '0',
  ])
  check(
    'half done, not ready',
    {
      spec: { containers: [c(), c({ name: 'd' })] },
      status: {
        phase: 'Running',
        containerStatuses: [state('c', { terminated: { reason: 'Completed', exitCode: 0 } }), state('d', running, { ready: true })],
      },
    },
    ['1/2', 'NotReady', '0'],
  )
  check('on its way out', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { phase: 'Running' } }, [
    '0/1',
    'Terminating',
    '0',
  ])
  check('of a lost node', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { reason: 'NodeLost' } }, [
    '0/1',
    'Unknown',
    '0',
  ])
  check('gated', { status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] } }, [
    '0/1',
    'SchedulingGated',
    '0',
  ])

  test('stand in upstream order', () => {
    expect((Pod.columns ?? []).map(({ name, priority }) => (priority ? `${name}*` : name))).toEqual([
      'Name',
      'Ready',
      'Status',
      'Restarts',
      'Age',
      'IP*',
      'Node*',
      'Nominated Node*',
      'Readiness Gates*',
    ])
  })
})

test('podRequests() counts sidecars, init containers and overhead', () => {
  const cpu = (name: string, amount: string, rest: object = {}): object =>
    c({ name, resources: { requests: { cpu: amount }, limits: { cpu: amount } }, ...rest })
  const pod = made(
    withSpec({
      overhead: { cpu: '100m' },
      initContainers: [cpu('s', '1', { restartPolicy: 'Always' }), cpu('i', '3')],
      containers: [cpu('c', '1'), cpu('d', '500m')],
    }),
  )
  expect(podRequests(pod)).toEqual({ cpu: '4100m' })
  expect(podLimits(pod)).toEqual({ cpu: '4100m' })
})

test('graceSeconds() is none for who does not run', () => {
  const grace = (change: object, requested?: number): number | undefined => Pod.graceSeconds?.(made(change as never), requested)
  expect(grace({})).toBe(0)
  expect(grace(withSpec({ nodeName: 'n' }))).toBe(30)
  expect(grace(withSpec({ nodeName: 'n' }), 5)).toBe(5)
  expect(grace(withSpec({ nodeName: 'n' }), -1)).toBe(1)
})

test('warnings tell of what was probably not meant', () => {
  const pod = {
    metadata: { name: 'a.b' },
    spec: {
      nodeSelector: { 'beta.kubernetes.io/os': 'linux' },
      volumes: [{ name: 'v', gitRepo: { repository: 'x' } }],
      containers: [
        c({ env: [{ name: 'A' }, { name: 'A', value: 'x' }], resources: { limits: { memory: '1500m' } }, ports: [{ containerPort: 80 }] }),
        c({ name: 'd', ports: [{ containerPort: 80 }] }),
      ],
    },
  }
  expect(warnings(pod)).toEqual([
    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
    'spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+',
    'spec.containers[0].resources.limits[memory]: fractional byte value "1500m" is invalid, must be an integer',
    'spec.containers[0].resources.requests[memory]: fractional byte value "1500m" is invalid, must be an integer',
    'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
    'spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]',
  ])
})
