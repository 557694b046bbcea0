/**
 * Documents about what is no resource: which groups and versions there are, which version this server is, who issues its tokens. Each is one path with one
 * operation, and has a document of its own in v3: `apis`, `apis/apps`, `version`.
 */
import { field, list, type StructSchema, string, struct } from '../../apimachinery/schema/schema.ts'
import type { Definitions, OpenApiKind, OpenApiObject } from '../../apimachinery/schema/to-openapi.ts'
import { operationObject, type PathsDialect } from './openapi-operation.ts'

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const typeFields = { apiVersion: field(0, string).optional(), kind: field(0, string).optional() }

const serverAddress = struct(
  `${meta}.ServerAddressByClientCIDR`,
  {
    clientCIDR: field(1, string).doc('Clients with an address in here'),
    serverAddress: field(2, string).doc('find the server at this one.'),
  },
  'Where a server is found, depending on where the client is.',
)
const addresses = field(2, list(serverAddress)).listAtomic().doc('Where clients find this server.')

const groupVersion = struct(
  `${meta}.GroupVersionForDiscovery`,
  {
    groupVersion: field(1, string).doc('"apps/v1"'),
    version: field(2, string).doc('"v1"'),
  },
  'A version of a group.',
)

const apiGroup = struct(
  `${meta}.APIGroup`,
  {
    ...typeFields,
    name: field(1, string).doc('Its name.'),
    versions: field(2, list(groupVersion)).listAtomic().doc('What is served of it, the preferred version first.'),
    preferredVersion: field(3, groupVersion).optional().doc('Which version clients should take.'),
    serverAddressByClientCIDRs: field(4, list(serverAddress)).optional().listAtomic().doc('Where clients find this server.'),
  },
  'A group of resources, with its versions.',
) as StructSchema

const apiGroupList = struct(
  `${meta}.APIGroupList`,
  { ...typeFields, groups: field(1, list(apiGroup)).listAtomic().doc('All but the core group, which has no name.') },
  'The groups that are served.',
) as StructSchema

const apiVersions = struct(
  `${meta}.APIVersions`,
  {
    ...typeFields,
    versions: field(1, list(string)).listAtomic().doc('"v1"'),
    serverAddressByClientCIDRs: addresses,
  },
  'The versions of the core group.',
) as StructSchema

const versionInfo = struct(
  'io.k8s.apimachinery.pkg.version.Info',
  {
    major: field(1, string).doc('"1"'),
    minor: field(2, string).doc('"34"'),
    emulationMajor: field(3, string).optional().doc('Which version the server behaves as.'),
    emulationMinor: field(4, string).optional().doc('Which version the server behaves as.'),
    minCompatibilityMajor: field(5, string).optional().doc('With which version and newer it gets along.'),
    minCompatibilityMinor: field(6, string).optional().doc('With which version and newer it gets along.'),
    gitVersion: field(7, string).doc('The whole version.'),
    gitCommit: field(8, string).doc('Of which commit.'),
    gitTreeState: field(9, string).doc('clean or dirty.'),
    buildDate: field(10, string).doc('When it was built.'),
    goVersion: field(11, string).doc('What runs it.'),
    compiler: field(12, string).doc('What compiled it.'),
    platform: field(13, string).doc('What it runs on.'),
  },
  'Which version a server is.',
) as StructSchema

interface Told {
  readonly path: string
  readonly id: string
  readonly tag: string
  readonly description: string
  readonly types: readonly string[]
  /** Absent: text. */
  readonly schema?: StructSchema
}

const discoveryTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

/** By the name of its document. */
export function discoveryDocuments(groups: readonly string[]): ReadonlyMap<string, Told> {
  const one = (path: string, told: Omit<Told, 'path'>): readonly [string, Told] => [path, { path: `/${path}/`, ...told }]
  return new Map([
    one('api', {
      id: 'getCoreAPIVersions',
      tag: 'core',
      description: 'get the versions of the core group',
      types: discoveryTypes,
      schema: apiVersions,
    }),
    one('apis', {
      id: 'getAPIVersions',
      tag: 'apis',
      description: 'get the groups and their versions',
      types: discoveryTypes,
      schema: apiGroupList,
    }),
    ...groups.map((group) => {
      const words = group.replace(/\.k8s\.io$/, '').split('.')
      const name = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')
      const tag = name.slice(0, 1).toLowerCase() + name.slice(1)
      return one(`apis/${group}`, {
        id: `get${name}APIGroup`,
        tag,
        description: 'get what a group has',
        types: discoveryTypes,
        schema: apiGroup,
      })
    }),
    one('version', {
      id: 'getCodeVersion',
      tag: 'version',
      description: 'get the version of this server',
      types: ['application/json'],
      schema: versionInfo,
    }),
    one('.well-known/openid-configuration', {
      id: 'getServiceAccountIssuerOpenIDConfiguration',
      tag: 'WellKnown',
      description: 'get what there is to know about the issuer of service account tokens',
      types: ['application/json'],
    }),
    one('openid/v1/jwks', {
      id: 'getServiceAccountIssuerOpenIDKeyset',
      tag: 'openid',
      description: 'get the keys that service account tokens are verified with',
      types: ['application/jwk-set+json'],
    }),
  ])
}

export function addTold(
  paths: OpenApiObject,
  definitions: Definitions,
  dialect: PathsDialect,
  { path, id, tag, description, types, schema }: Told,
): void {
  const definition = schema === undefined ? undefined : definitions.add(schema, kindOf(schema))
  if (schema === apiGroupList) definitions.add(apiGroup, kindOf(apiGroup))
  paths[path] = { get: operationObject(dialect, { id, tag, description, parameters: [], answer: { definition, types }, codes: [200] }) }
}

function kindOf({ name }: StructSchema): OpenApiKind | undefined {
  return name.startsWith(meta) ? { group: '', version: 'v1', kind: name.slice(meta.length + 1) } : undefined
}
