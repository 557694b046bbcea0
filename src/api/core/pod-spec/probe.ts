/**
 * Probes and lifecycle hooks: what the kubelet asks a container, and what it tells it.
 */
import { field, type Infer, inline, int32, int64, intOrString, list, string, struct } from '../../../apimachinery/schema/schema.ts'

export interface ExecAction extends Infer<typeof execAction> {}
export const execAction = struct('core.v1.ExecAction', {
  command: field(1, list(string)).optional().listAtomic(),
})

export interface HTTPHeader extends Infer<typeof httpHeader> {}
export const httpHeader = struct('core.v1.HTTPHeader', {
  name: field(1, string),
  value: field(2, string),
})

export interface HTTPGetAction extends Infer<typeof httpGetAction> {}
export const httpGetAction = struct('core.v1.HTTPGetAction', {
  path: field(1, string).optional(),
  port: field(2, intOrString),
  host: field(3, string).optional(),
  scheme: field(4, string).optional().enum('HTTP', 'HTTPS'),
  httpHeaders: field(5, list(httpHeader)).optional().listAtomic(),
})

export interface SleepAction extends Infer<typeof sleepAction> {}
export const sleepAction = struct('core.v1.SleepAction', {
  seconds: field(1, int64),
})

export interface TCPSocketAction extends Infer<typeof tcpSocketAction> {}
export const tcpSocketAction = struct('core.v1.TCPSocketAction', {
  port: field(1, intOrString),
  host: field(2, string).optional(),
})

export interface LifecycleHandler extends Infer<typeof lifecycleHandler> {}
export const lifecycleHandler = struct('core.v1.LifecycleHandler', {
  exec: field(1, execAction).optional().pointer(),
  httpGet: field(2, httpGetAction).optional().pointer(),
  tcpSocket: field(3, tcpSocketAction).optional().pointer(),
  sleep: field(4, sleepAction).optional().pointer(),
})

/** What containers may be told to end with. */
export const stopSignals = [
  'SIGABRT',
  'SIGALRM',
  'SIGBUS',
  'SIGCHLD',
  'SIGCLD',
  'SIGCONT',
  'SIGFPE',
  'SIGHUP',
  'SIGILL',
  'SIGINT',
  'SIGIO',
  'SIGIOT',
  'SIGKILL',
  'SIGPIPE',
  'SIGPOLL',
  'SIGPROF',
  'SIGPWR',
  'SIGQUIT',
  'SIGRTMAX',
  'SIGRTMAX-1',
  'SIGRTMAX-10',
  'SIGRTMAX-11',
  'SIGRTMAX-12',
  'SIGRTMAX-13',
  'SIGRTMAX-14',
  'SIGRTMAX-2',
  'SIGRTMAX-3',
  'SIGRTMAX-4',
  'SIGRTMAX-5',
  'SIGRTMAX-6',
  'SIGRTMAX-7',
  'SIGRTMAX-8',
  'SIGRTMAX-9',
  'SIGRTMIN',
  'SIGRTMIN+1',
  'SIGRTMIN+10',
  'SIGRTMIN+11',
  'SIGRTMIN+12',
  'SIGRTMIN+13',
  'SIGRTMIN+14',
  'SIGRTMIN+15',
  'SIGRTMIN+2',
  'SIGRTMIN+3',
  'SIGRTMIN+4',
  'SIGRTMIN+5',
  'SIGRTMIN+6',
  'SIGRTMIN+7',
  'SIGRTMIN+8',
  'SIGRTMIN+9',
  'SIGSEGV',
  'SIGSTKFLT',
  'SIGSTOP',
  'SIGSYS',
  'SIGTERM',
  'SIGTRAP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGUSR1',
  'SIGUSR2',
  'SIGVTALRM',
  'SIGWINCH',
  'SIGXCPU',
  'SIGXFSZ',
] as const

export interface Lifecycle extends Infer<typeof lifecycle> {}
export const lifecycle = struct('core.v1.Lifecycle', {
  postStart: field(1, lifecycleHandler).optional().pointer(),
  preStop: field(2, lifecycleHandler).optional().pointer(),
  stopSignal: field(3, string)
    .optional()
    .pointer()
    .enum(...stopSignals),
})

export interface GRPCAction extends Infer<typeof grpcAction> {}
export const grpcAction = struct('core.v1.GRPCAction', {
  port: field(1, int32),
  service: field(2, string).printed().pointer().default(''),
})

export interface ProbeHandler extends Infer<typeof probeHandler> {}
export const probeHandler = struct('core.v1.ProbeHandler', {
  exec: field(1, execAction).optional().pointer(),
  httpGet: field(2, httpGetAction).optional().pointer(),
  tcpSocket: field(3, tcpSocketAction).optional().pointer(),
  grpc: field(4, grpcAction).optional().pointer(),
})

export interface Probe extends Infer<typeof probe> {}
export const probe = struct('core.v1.Probe', {
  ...inline(1, probeHandler),
  initialDelaySeconds: field(2, int32).optional(),
  timeoutSeconds: field(3, int32).optional(),
  periodSeconds: field(4, int32).optional(),
  successThreshold: field(5, int32).optional(),
  failureThreshold: field(6, int32).optional(),
  terminationGracePeriodSeconds: field(7, int64).optional().pointer(),
})
