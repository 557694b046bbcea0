/**
 * Where objects lie in the store: `/registry/<resource>/<namespace>/<name>`, with history's spellings (`minions`,
 * `services/specs`). Keys are byte strings, so the rare name outside ASCII becomes its UTF-8 bytes.
 */
import type { KindDefinition } from '../../apimachinery/kind.ts'

export const registryPrefix = '/registry/'

/** With a slash at its end. */
export function storagePrefixOf(kind: KindDefinition): string {
  return `${registryPrefix}${kind.storagePrefix ?? historicPrefixes[`${kind.plural}.${kind.group}`] ?? kind.plural}/`
}

/** pkg/kubeapiserver/default_storage_factory_builder.go, and the two extension servers' own. */
const historicPrefixes: Readonly<Record<string, string>> = {
  'nodes.': 'minions',
  'services.': 'services/specs',
  'endpoints.': 'services/endpoints',
  'replicationcontrollers.': 'controllers',
  'ingresses.networking.k8s.io': 'ingress',
  'customresourcedefinitions.apiextensions.k8s.io': 'apiextensions.k8s.io/customresourcedefinitions',
  'apiservices.apiregistration.k8s.io': 'apiregistration.k8s.io/apiservices',
}

const ascii = /^[\x20-\x7e]*$/
export function keyBytes(text: string): string {
  return ascii.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}
export function textOfKey(bytes: string): string {
  return ascii.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8')
}
