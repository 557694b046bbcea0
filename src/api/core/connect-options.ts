/**
 * Options of the connect subresources (exec, attach, log, proxy, port-forward), read from the query.
 */
import { typeMeta } from '../../apimachinery/meta.ts'
import { boolean, field, type Infer, int32, int64, list, string, struct, time } from '../../apimachinery/schema/schema.ts'

export interface PodExecOptions extends Infer<typeof podExecOptions> {}
export const podExecOptions = struct('core.v1.PodExecOptions', {
  ...typeMeta,
  stdin: field(1, boolean).optional(),
  stdout: field(2, boolean).optional(),
  stderr: field(3, boolean).optional(),
  tty: field(4, boolean).optional(),
  container: field(5, string).optional(),
  command: field(6, list(string)).printed(),
})

export interface PodAttachOptions extends Infer<typeof podAttachOptions> {}
export const podAttachOptions = struct('core.v1.PodAttachOptions', {
  ...typeMeta,
  stdin: field(1, boolean).optional(),
  stdout: field(2, boolean).optional(),
  stderr: field(3, boolean).optional(),
  tty: field(4, boolean).optional(),
  container: field(5, string).optional(),
})

export interface PodPortForwardOptions extends Infer<typeof podPortForwardOptions> {}
export const podPortForwardOptions = struct('core.v1.PodPortForwardOptions', {
  ...typeMeta,
  ports: field(1, list(int32)).optional(),
})

export interface PodProxyOptions extends Infer<typeof podProxyOptions> {}
export const podProxyOptions = struct('core.v1.PodProxyOptions', {
  ...typeMeta,
  path: field(1, string).optional(),
})

export interface NodeProxyOptions extends Infer<typeof nodeProxyOptions> {}
export const nodeProxyOptions = struct('core.v1.NodeProxyOptions', {
  ...typeMeta,
  path: field(1, string).optional(),
})

export interface ServiceProxyOptions extends Infer<typeof serviceProxyOptions> {}
export const serviceProxyOptions = struct('core.v1.ServiceProxyOptions', {
  ...typeMeta,
  path: field(1, string).optional(),
})

export interface PodLogOptions extends Infer<typeof podLogOptions> {}
export const podLogOptions = struct('core.v1.PodLogOptions', {
  ...typeMeta,
  container: field(1, string).optional(),
  follow: field(2, boolean).optional(),
  previous: field(3, boolean).optional(),
  sinceSeconds: field(4, int64).optional().pointer(),
  sinceTime: field(5, time).optional().pointer(),
  timestamps: field(6, boolean).optional(),
  tailLines: field(7, int64).optional().pointer(),
  limitBytes: field(8, int64).optional().pointer(),
  insecureSkipTLSVerifyBackend: field(9, boolean).optional(),
  stream: field(10, string).optional().pointer(),
})
