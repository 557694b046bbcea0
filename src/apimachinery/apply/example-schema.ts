/**
 * One small type that has every sort of field there is, for the tests of this folder.
 */
import { objectMeta } from '../object.ts'
import { atomicStruct, boolean, field, int32, json, list, map, quantity, rawExtension, string, struct } from '../schema/schema.ts'

const port = struct('test.v1.Port', {
  port: field(1, int32),
  protocol: field(2, string).optional().default('TCP'),
  name: field(3, string).optional(),
})
const item = struct('test.v1.Item', {
  name: field(1, string),
  value: field(2, string).optional(),
  ports: field(3, list(port)).optional().listMap('port', 'protocol'),
})
const reference = atomicStruct('test.v1.Reference', { uid: field(1, string), name: field(2, string).optional() })
const spec = struct('test.v1.ThingSpec', {
  replicas: field(1, int32).optional().pointer(),
  text: field(2, string).optional(),
  items: field(3, list(item)).optional().listMap('name'),
  set: field(4, list(string)).optional().listSet(),
  atomic: field(5, list(string)).optional(),
  labels: field(6, map(string)).optional(),
  selector: field(7, map(string)).optional().atomic(),
  owners: field(8, list(reference)).optional().listMap('uid'),
  reference: field(9, reference).optional().pointer(),
  raw: field(10, rawExtension).optional().pointer(),
  any: field(11, json).optional().pointer(),
  amount: field(12, quantity).optional().pointer(),
  on: field(13, boolean).optional(),
})
export const thing = struct('test.v1.Thing', {
  kind: field(0, string).optional(),
  apiVersion: field(0, string).optional(),
  metadata: field(1, objectMeta).optional(),
  spec: field(2, spec).optional(),
  status: field(3, struct('test.v1.ThingStatus', { phase: field(1, string).optional() })).optional(),
})
