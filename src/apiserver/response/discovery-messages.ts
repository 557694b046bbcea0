/**
 * How discovery documents look, in protobuf and OpenAPI. They are no objects of a kind: nobody stores, defaults or validates them.
 */

import { typeMeta } from '../../apimachinery/meta.ts'
import { listMeta, objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, list, rawExtension, type StructSchema, string, struct } from '../../apimachinery/schema/schema.ts'

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'

const serverAddresses = list(struct(`${meta}.ServerAddressByClientCIDR`, { clientCIDR: field(1, string), serverAddress: field(2, string) }))

const groupVersion = struct(`${meta}.GroupVersionForDiscovery`, { groupVersion: field(1, string), version: field(2, string) })

const apiGroup = struct(`${meta}.APIGroup`, {
  ...typeMeta,
  name: field(1, string),
  versions: field(2, list(groupVersion)).listAtomic(),
  preferredVersion: field(3, groupVersion).optional(),
  serverAddressByClientCIDRs: field(4, serverAddresses).optional().listAtomic(),
})

const apiResource = struct(`${meta}.APIResource`, {
  name: field(1, string),
  singularName: field(6, string),
  namespaced: field(2, boolean),
  group: field(8, string).optional(),
  version: field(9, string).optional(),
  kind: field(3, string),
  verbs: field(4, list(string, { wrapper: `${meta}.Verbs` })),
  shortNames: field(5, list(string)).optional().listAtomic(),
  categories: field(7, list(string)).optional().listAtomic(),
  storageVersionHash: field(10, string).optional(),
})

const groupVersionKind = struct(`${meta}.GroupVersionKind`, { group: field(1, string), version: field(2, string), kind: field(3, string) })

const aggregated = 'io.k8s.api.apidiscovery.v2'

const subresource = struct(`${aggregated}.APISubresourceDiscovery`, {
  subresource: field(1, string),
  responseKind: field(2, groupVersionKind).optional().pointer(),
  acceptedTypes: field(3, list(groupVersionKind)).optional(),
  verbs: field(4, list(string)),
})

const resource = struct(`${aggregated}.APIResourceDiscovery`, {
  resource: field(1, string),
  responseKind: field(2, groupVersionKind).optional().pointer(),
  scope: field(3, string),
  singularResource: field(4, string),
  verbs: field(5, list(string)),
  shortNames: field(6, list(string)).optional(),
  categories: field(7, list(string)).optional(),
  subresources: field(8, list(subresource)).optional(),
})

const versionDiscovery = struct(`${aggregated}.APIVersionDiscovery`, {
  version: field(1, string),
  resources: field(2, list(resource)).optional(),
  freshness: field(3, string).optional(),
})

const groupDiscovery = struct(`${aggregated}.APIGroupDiscovery`, {
  metadata: field(1, objectMeta).optional(),
  versions: field(2, list(versionDiscovery)).optional(),
})

export const discoveryMessages = {
  APIVersions: struct(`${meta}.APIVersions`, {
    ...typeMeta,
    versions: field(1, list(string)).listAtomic(),
    serverAddressByClientCIDRs: field(2, serverAddresses).listAtomic(),
  }),
  APIGroup: apiGroup,
  APIGroupList: struct(`${meta}.APIGroupList`, { ...typeMeta, groups: field(1, list(apiGroup)).listAtomic() }),
  APIResourceList: struct(`${meta}.APIResourceList`, {
    ...typeMeta,
    groupVersion: field(1, string),
    resources: field(2, list(apiResource)).listAtomic(),
  }),
  APIGroupDiscoveryList: struct(`${aggregated}.APIGroupDiscoveryList`, {
    metadata: field(1, listMeta).optional(),
    items: field(2, list(groupDiscovery)),
  }),
} as unknown as Readonly<Record<string, StructSchema>>

/** Only to be told of: nobody encodes these by their schema. */
export const watchEvent = struct(`${meta}.WatchEvent`, { type: field(1, string), object: field(2, rawExtension) }) as StructSchema
export const versionInfoSchema = struct('io.k8s.apimachinery.pkg.version.Info', {
  major: field(0, string),
  minor: field(0, string),
  emulationMajor: field(0, string).optional(),
  emulationMinor: field(0, string).optional(),
  minCompatibilityMajor: field(0, string).optional(),
  minCompatibilityMinor: field(0, string).optional(),
  gitVersion: field(0, string),
  gitCommit: field(0, string),
  gitTreeState: field(0, string),
  buildDate: field(0, string),
  goVersion: field(0, string),
  compiler: field(0, string),
  platform: field(0, string),
}) as StructSchema
