/**
 * What Go calls a field: the JSON name with its first letter in upper case, but for those below. Clients see these names when a protobuf body
 * is broken: `proto: wrong wireType = 0 for field ObjectMeta`.
 */
import type { Schema } from '../schema/schema.ts'

const goNames: Readonly<Record<string, string>> = {
  $ref: 'Ref',
  $schema: 'Schema',
  apiGroup: 'APIGroup',
  apiGroups: 'APIGroups',
  apiVersion: 'APIVersion',
  bool: 'BoolValue',
  caBundle: 'CABundle',
  cel: 'CEL',
  chapAuthDiscovery: 'DiscoveryCHAPAuth',
  chapAuthSession: 'SessionCHAPAuth',
  cidr: 'CIDR',
  cidrs: 'CIDRs',
  diskURI: 'DataDiskURI',
  dnsConfig: 'DNSConfig',
  dnsPolicy: 'DNSPolicy',
  externalID: 'DoNotUseExternalID',
  fsGroup: 'FSGroup',
  fsGroupChangePolicy: 'FSGroupChangePolicy',
  fsGroupPolicy: 'FSGroupPolicy',
  fsType: 'FSType',
  gid: 'GID',
  gmsaCredentialSpec: 'GMSACredentialSpec',
  gmsaCredentialSpecName: 'GMSACredentialSpecName',
  httpGet: 'HTTPGet',
  httpHeaders: 'HTTPHeaders',
  id: 'ID',
  int: 'IntValue',
  ip: 'IP',
  ipBlock: 'IPBlock',
  ipFamilies: 'IPFamilies',
  ipFamilyPolicy: 'IPFamilyPolicy',
  ipMode: 'IPMode',
  ips: 'IPs',
  iqn: 'IQN',
  iscsiInterface: 'ISCSIInterface',
  jsonPath: 'JSONPath',
  lastState: 'LastTerminationState',
  monitors: 'CephMonitors',
  os: 'OS',
  osImage: 'OSImage',
  pdName: 'PDName',
  qosClass: 'QOSClass',
  reportingComponent: 'ReportingController',
  seLinuxChangePolicy: 'SELinuxChangePolicy',
  seLinuxMount: 'SELinuxMount',
  seLinuxOptions: 'SELinuxOptions',
  serviceAccount: 'DeprecatedServiceAccount',
  sslEnabled: 'SSLEnabled',
  string: 'StringValue',
  tcpSocket: 'TCPSocket',
  tls: 'TLS',
  ttlSecondsAfterFinished: 'TTLSecondsAfterFinished',
  tty: 'TTY',
  uid: 'UID',
  url: 'URL',
  wwids: 'WWIDs',
}

/** Those that have another name elsewhere. */
const goNamesIn: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DeviceAttribute: { version: 'VersionValue' },
  CephFSPersistentVolumeSource: { monitors: 'Monitors' },
  CephFSVolumeSource: { monitors: 'Monitors' },
  GlusterfsPersistentVolumeSource: { endpoints: 'EndpointsName' },
  GlusterfsVolumeSource: { endpoints: 'EndpointsName' },
  RBDPersistentVolumeSource: { image: 'RBDImage', pool: 'RBDPool', user: 'RadosUser' },
  RBDVolumeSource: { image: 'RBDImage', pool: 'RBDPool', user: 'RadosUser' },
}

/** Structs that stand flat in JSON have no name there. */
const embedded: Readonly<Record<string, string>> = {
  DeviceAllocationConfiguration: 'DeviceConfiguration',
  DeviceClaimConfiguration: 'DeviceConfiguration',
  DeviceClassConfiguration: 'DeviceConfiguration',
  EphemeralContainer: 'EphemeralContainerCommon',
  IngressRule: 'IngressRuleValue',
  NamedRuleWithOperations: 'RuleWithOperations',
  PersistentVolumeSpec: 'PersistentVolumeSource',
  Probe: 'ProbeHandler',
  RuleWithOperations: 'Rule',
  Volume: 'VolumeSource',
}

export function goFieldName(structName: string, name: string, schema: Schema): string {
  // ObjectMeta and ListMeta are embedded, whatever JSON calls them.
  if (name === 'metadata' && schema.type === 'struct') return shortName(schema.name)
  const own = goNamesIn[structName]
  if (own !== undefined && Object.hasOwn(own, name)) return own[name] as string
  if (Object.hasOwn(goNames, name)) return goNames[name] as string
  const bare = name.startsWith('x-kubernetes-') ? `x-${name.slice(13)}` : name
  return bare.replace(/(?:^|-)./g, (start) => start.slice(-1).toUpperCase())
}

export function embeddedName(structName: string): string {
  return embedded[structName] ?? 'LocalObjectReference'
}

export function shortName(openApiName: string): string {
  return openApiName.slice(openApiName.lastIndexOf('.') + 1)
}
