/**
 * What a Pod and its containers may do on the machine.
 */
import { boolean, field, type Infer, int64, list, string, struct, union } from '../../../apimachinery/schema/schema.ts'

export interface AppArmorProfile extends Infer<typeof appArmorProfile> {}
export const appArmorProfile = union(
  struct('core.v1.AppArmorProfile', {
    type: field(1, string).enum('Localhost', 'RuntimeDefault', 'Unconfined'),
    localhostProfile: field(2, string).optional().pointer(),
  }),
  'type',
  { localhostProfile: 'LocalhostProfile' },
)

export interface Capabilities extends Infer<typeof capabilities> {}
export const capabilities = struct('core.v1.Capabilities', {
  add: field(1, list(string)).optional().listAtomic(),
  drop: field(2, list(string)).optional().listAtomic(),
})

export interface SELinuxOptions extends Infer<typeof seLinuxOptions> {}
export const seLinuxOptions = struct('core.v1.SELinuxOptions', {
  user: field(1, string).optional(),
  role: field(2, string).optional(),
  type: field(3, string).optional(),
  level: field(4, string).optional(),
})

export interface SeccompProfile extends Infer<typeof seccompProfile> {}
export const seccompProfile = union(
  struct('core.v1.SeccompProfile', {
    type: field(1, string).enum('Localhost', 'RuntimeDefault', 'Unconfined'),
    localhostProfile: field(2, string).optional().pointer(),
  }),
  'type',
  { localhostProfile: 'LocalhostProfile' },
)

export interface WindowsSecurityContextOptions extends Infer<typeof windowsSecurityContextOptions> {}
export const windowsSecurityContextOptions = struct('core.v1.WindowsSecurityContextOptions', {
  gmsaCredentialSpecName: field(1, string).optional().pointer(),
  gmsaCredentialSpec: field(2, string).optional().pointer(),
  runAsUserName: field(3, string).optional().pointer(),
  hostProcess: field(4, boolean).optional().pointer(),
})

export interface SecurityContext extends Infer<typeof securityContext> {}
export const securityContext = struct('core.v1.SecurityContext', {
  capabilities: field(1, capabilities).optional().pointer(),
  privileged: field(2, boolean).optional().pointer(),
  seLinuxOptions: field(3, seLinuxOptions).optional().pointer(),
  windowsOptions: field(10, windowsSecurityContextOptions).optional().pointer(),
  runAsUser: field(4, int64).optional().pointer(),
  runAsGroup: field(8, int64).optional().pointer(),
  runAsNonRoot: field(5, boolean).optional().pointer(),
  readOnlyRootFilesystem: field(6, boolean).optional().pointer(),
  allowPrivilegeEscalation: field(7, boolean).optional().pointer(),
  procMount: field(9, string).optional().pointer().enum('Default', 'Unmasked'),
  seccompProfile: field(11, seccompProfile).optional().pointer(),
  appArmorProfile: field(12, appArmorProfile).optional().pointer(),
})

export interface Sysctl extends Infer<typeof sysctl> {}
export const sysctl = struct('core.v1.Sysctl', {
  name: field(1, string),
  value: field(2, string),
})

export interface PodSecurityContext extends Infer<typeof podSecurityContext> {}
export const podSecurityContext = struct('core.v1.PodSecurityContext', {
  seLinuxOptions: field(1, seLinuxOptions).optional().pointer(),
  windowsOptions: field(8, windowsSecurityContextOptions).optional().pointer(),
  runAsUser: field(2, int64).optional().pointer(),
  runAsGroup: field(6, int64).optional().pointer(),
  runAsNonRoot: field(3, boolean).optional().pointer(),
  supplementalGroups: field(4, list(int64)).optional().listAtomic(),
  supplementalGroupsPolicy: field(12, string).optional().pointer().enum('Merge', 'Strict'),
  fsGroup: field(5, int64).optional().pointer(),
  sysctls: field(7, list(sysctl)).optional().listAtomic(),
  fsGroupChangePolicy: field(9, string).optional().pointer().enum('Always', 'OnRootMismatch'),
  seccompProfile: field(10, seccompProfile).optional().pointer(),
  appArmorProfile: field(11, appArmorProfile).optional().pointer(),
  seLinuxChangePolicy: field(13, string).optional().pointer(),
})
