/** Fields print in the order of Go's structs, which is not that of their protobuf numbers. */
import { expect, test } from 'vitest'
import { normalize } from '../apimachinery/schema/normalize.ts'
import type { StructSchema } from '../apimachinery/schema/schema.ts'
import { ConfigMap } from './core/config-map.ts'
import { servicePort } from './core/service-schema.ts'
import { httpIngressPath } from './networking/ingress.ts'

const check = (schema: StructSchema, sent: object): string => Object.keys(normalize(schema, sent).value as object).join(' ')

test.each([
  [servicePort, { port: 1, name: 'web', appProtocol: 'http', targetPort: 2 }, 'name protocol appProtocol port targetPort'],
  [httpIngressPath, { backend: {}, pathType: 'Prefix', path: '/' }, 'path pathType backend'],
  [ConfigMap.versions[0]?.schema as StructSchema, { data: { a: 'b' }, immutable: true }, 'metadata immutable data'],
])('%#', (schema, sent, expected) => expect(check(schema as StructSchema, sent)).toBe(expected))
