/** Random objects of every kind survive protobuf, CBOR and YAML. A seed that failed is printed by fast-check, with the smallest object that does. */
import { assert as holds, property } from 'fast-check'
import { expect, test } from 'vitest'
import { kinds } from '../../api/kinds.ts'
import { arbitraryObject } from '../../testing/arbitrary.ts'
import { readCbor } from '../../wire/cbor.ts'
import { parseYaml } from '../../wire/yaml.ts'
import { formatYaml } from '../../wire/yaml-format.ts'
import { normalize } from '../schema/normalize.ts'
import type { StructSchema } from '../schema/schema.ts'
import { encodeCbor } from './cbor.ts'
import { decodeProtobuf, encodeProtobuf } from './protobuf.ts'

const versions = kinds.flatMap((kind) =>
  kind.versions.map(({ name, schema }) => ({ name: `${kind.kind}.${name}.${kind.group}`, schema: schema as StructSchema })),
)
const numRuns = 20

test.each(versions)('$name', ({ schema }) => {
  holds(
    property(arbitraryObject(schema), (object) => {
      const text = JSON.stringify(object)
      const plain = JSON.parse(text)
      expect(normalize(schema, decodeProtobuf(schema, encodeProtobuf(schema, object))).value).toEqual(plain)
      expect(readCbor(encodeCbor(object, schema))).toEqual(plain)
      // To Go these two end a line, and are written so, to js-yaml they are letters; and "<<" as a key means to merge.
      if (!/[\u2028\u2029]|"<<":/.test(text)) expect(parseYaml(`# YAML\n${formatYaml(object)}`)).toEqual(plain)
    }),
    { numRuns },
  )
})
