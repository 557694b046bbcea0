/**
 * How discovery documents look in protobuf. They are no objects of a kind: nobody stores, defaults or validates them.
 */

import { listMeta, objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, list, type StructSchema, string, struct } from '../../apimachinery/schema/schema.ts'

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'

const serverAddresses = list(struct(`${meta}.ServerAddressByClientCIDR`, { clientCIDR: field(1, string), serverAddress: field(2, string) }))

const groupVersion = struct(`${meta}.GroupVersionForDiscovery`, { groupVersion: field(1, string), version: field(2, string) })

const apiGroup = struct(`${meta}.APIGroup`, {
  name: field(1, string),
  versions: field(2, list(groupVersion)),
  preferredVersion: field(3, groupVersion).optional(),
  serverAddressByClientCIDRs: field(4, serverAddresses).optional(),
})

const apiResource = struct(`${meta}.APIResource`, {
  name: field(1, string),
  namespaced: field(2, boolean),
  kind: field(3, string),
  verbs: field(4, list(string, { wrapper: `${meta}.Verbs` })),
  shortNames: field(5, list(string)).optional(),
  singularName: field(6, string),
  categories: field(7, list(string)).optional(),
  group: field(8, string).optional(),
  version: field(9, string).optional(),
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
  APIVersions: struct(`${meta}.APIVersions`, { versions: field(1, list(string)), serverAddressByClientCIDRs: field(2, serverAddresses) }),
  APIGroup: apiGroup,
  APIGroupList: struct(`${meta}.APIGroupList`, { groups: field(1, list(apiGroup)) }),
  APIResourceList: struct(`${meta}.APIResourceList`, { groupVersion: field(1, string), resources: field(2, list(apiResource)) }),
  APIGroupDiscoveryList: struct(`${aggregated}.APIGroupDiscoveryList`, {
    metadata: field(1, listMeta).optional(),
    items: field(2, list(groupDiscovery)),
  }),
} as unknown as Readonly<Record<string, StructSchema>>
