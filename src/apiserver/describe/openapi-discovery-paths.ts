/** What OpenAPI tells of the paths that list groups, versions and resources, and of the few documents beside them. */
import type { StructSchema } from '../../apimachinery/schema/schema.ts'
import { discoveryMessages, versionInfoSchema } from '../response/discovery-messages.ts'
import { groupVersionName, tagOf } from './openapi-names.ts'
import type { Operation } from './openapi-operation.ts'
import { objectTypes } from './openapi-paths.ts'

export interface DescribedPath {
  readonly path: string
  readonly operation: Omit<Operation, 'answer'>
  /** Absent: text. */
  readonly answer?: StructSchema
}

const common = { parameters: [], consumes: objectTypes, produces: objectTypes, codes: [200] } as const

/** By the document of v3 that they are in, which is the path: api, apis, apis/apps, apis/apps/v1. */
export function discoveryPath(document: string): DescribedPath | undefined {
  const [prefix, group = '', version = ''] = document.split('/')
  switch (document) {
    case '.well-known/openid-configuration':
      return text(document, 'getServiceAccountIssuerOpenIDConfiguration', { tag: 'WellKnown', type: 'application/json' })
    case 'openid/v1/jwks':
      return text(document, 'getServiceAccountIssuerOpenIDKeyset', { tag: 'openid', type: 'application/jwk-set+json' })
    case 'version': {
      const json = ['application/json']
      const words = { id: 'getCodeVersion', tag: 'version', description: 'As which version the server behaves' }
      return { path: '/version/', operation: { ...common, ...words, consumes: json, produces: json }, answer: versionInfoSchema }
    }
    case 'api':
      return listing(document, 'APIVersions', { id: 'getCoreAPIVersions', tag: 'core', description: 'The versions of the core group' })
    case 'apis':
      return listing(document, 'APIGroupList', { id: 'getAPIVersions', tag: 'apis', description: 'The groups' })
  }
  if (prefix === 'api') return resources(document, '', group)
  if (version !== '') return resources(document, group, version)
  const id = `get${groupVersionName(group)}APIGroup`
  return listing(document, 'APIGroup', { id, tag: tagOf(group), description: 'The versions of the group' })
}

function resources(document: string, group: string, version: string): DescribedPath {
  const id = `get${groupVersionName(group, version)}APIResources`
  return listing(document, 'APIResourceList', { id, tag: tagOf(group, version), description: 'The resources' })
}

function listing(document: string, answer: string, words: Pick<Operation, 'id' | 'tag' | 'description'>): DescribedPath {
  return { path: `/${document}/`, operation: { ...common, ...words }, answer: discoveryMessages[answer] as StructSchema }
}

function text(document: string, id: string, { tag, type }: { tag: string; type: string }): DescribedPath {
  const operation = { ...common, id, tag, description: 'Of the issuer of service account tokens', consumes: [], produces: [type] }
  return { path: `/${document}/`, operation }
}
