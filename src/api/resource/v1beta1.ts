/**
 * resource.k8s.io/v1beta1: the same objects in an older shape. A request for one sort of devices says so itself, not under `exactly`; what there is
 * to say of a device lies under `basic`; a slice's nodeName and allNodes are not told apart from absent ones.
 *
 *     v1        {name, exactly: {deviceClassName, count}}         v1beta1   {name, deviceClassName, count}
 *     v1        {name, attributes}                                v1beta1   {name, basic: {attributes}}
 */
import type { KubeObject } from '../../apimachinery/object.ts'
import { type Fields, inVersion } from '../../apimachinery/schema/renamed.ts'
import { Field, field, type StructSchema, struct } from '../../apimachinery/schema/schema.ts'

type Plain = Readonly<Record<string, unknown>>

/** Of a request for one sort of devices. */
const mainFields = ['deviceClassName', 'selectors', 'allocationMode', 'count', 'adminAccess', 'tolerations', 'capacity'] as const
const basicFields = [
  'attributes',
  'capacity',
  'consumesCounters',
  'nodeName',
  'nodeSelector',
  'allNodes',
  'taints',
  'bindsToNode',
  'bindingConditions',
  'bindingFailureConditions',
  'allowMultipleAllocations',
] as const

export function inV1beta1<T>(schema: StructSchema<T>): StructSchema<T> {
  return inVersion(schema, 'resource.v1', 'resource.v1beta1', {}, reshape)
}

function reshape(type: string, fields: Fields): Fields {
  const of = (name: string): Field<unknown, boolean> => fields[name] as Field<unknown, boolean>
  switch (type) {
    case 'DeviceRequest': {
      const exact = (of('exactly').facts.schema as StructSchema).fields
      const main = (name: string, number: number): Fields => ({ [name]: numbered(exact[name] as Field<unknown, boolean>, number) })
      return {
        name: of('name'),
        deviceClassName: numbered((exact.deviceClassName as Field<unknown, boolean>).printed(), 2),
        ...main('selectors', 3),
        ...main('allocationMode', 4),
        ...main('count', 5),
        ...main('adminAccess', 6),
        firstAvailable: numbered(of('firstAvailable'), 7),
        ...main('tolerations', 8),
        ...main('capacity', 9),
      }
    }
    case 'DeviceSubRequest':
      return { ...fields, tolerations: numbered(of('tolerations'), 7), capacity: numbered(of('capacity'), 8) }
    case 'Device': {
      const basic = Object.fromEntries(basicFields.map((name, i) => [name, numbered(of(name), i + 1)]))
      return { name: of('name'), basic: field(2, struct('resource.v1beta1.BasicDevice', basic)).optional().pointer() }
    }
    case 'ResourceSliceSpec':
      return { ...fields, nodeName: unpointed(of('nodeName')), allNodes: unpointed(of('allNodes')) }
    default:
      return fields
  }
}

function numbered({ facts }: Field<unknown, boolean>, number: number): Field<unknown, boolean> {
  return new Field({ ...facts, number })
}
function unpointed({ facts }: Field<unknown, boolean>): Field<unknown, boolean> {
  return new Field({ ...facts, isPointer: false })
}

/** Go's zero values are absent ones. */
function isZero(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === 0 || value === false
}
function picked(object: Plain, names: readonly string[]): Plain {
  return Object.fromEntries(names.flatMap((name) => (object[name] === undefined ? [] : [[name, object[name]]])))
}

function requestToStored(request: Plain): Plain {
  const { name, firstAvailable } = request
  const first = firstAvailable === undefined ? {} : { firstAvailable }
  // adminAccess counts when it is there, even if false.
  const isExact = mainFields.some((one) => !isZero(request[one]) || (one === 'adminAccess' && request[one] === false))
  return { name, ...(isExact ? { exactly: { deviceClassName: '', ...picked(request, mainFields) } } : {}), ...first }
}
function requestFromStored({ name, exactly, firstAvailable }: Plain): Plain {
  const { tolerations, capacity, ...rest } = picked((exactly ?? {}) as Plain, mainFields)
  return {
    name,
    deviceClassName: '',
    ...rest,
    ...(firstAvailable === undefined ? {} : { firstAvailable }),
    ...picked({ tolerations, capacity }, ['tolerations', 'capacity']),
  }
}

function deviceToStored({ name, basic }: Plain): Plain {
  return { name, ...picked((basic ?? {}) as Plain, basicFields) }
}
function deviceFromStored({ name, ...basic }: Plain): Plain {
  return { name, basic: picked(basic, basicFields) }
}

/** Each element of the list at a path. */
function mapped(value: unknown, path: readonly string[], change: (one: Plain) => Plain): unknown {
  const [first, ...rest] = path
  if (value === undefined || value === null) return value
  if (first === undefined) return (value as readonly Plain[]).map(change)
  const object = value as Plain
  return object[first] === undefined ? object : { ...object, [first]: mapped(object[first], rest, change) }
}

interface Conversion {
  readonly toStored: (object: KubeObject) => never
  readonly fromStored: (object: KubeObject) => KubeObject
}

const requests = (...path: readonly string[]): Conversion => ({
  toStored: (object) => mapped(object, path, requestToStored) as never,
  fromStored: (object) => mapped(object, path, requestFromStored) as KubeObject,
})

export const claimConversion = requests('spec', 'devices', 'requests')
export const claimTemplateConversion = requests('spec', 'spec', 'devices', 'requests')
export const sliceConversion: Conversion = {
  toStored: (object) => {
    const { spec, ...rest } = mapped(object, ['spec', 'devices'], deviceToStored) as Plain
    return { ...rest, spec: withoutZeros(spec as Plain) } as never
  },
  fromStored: (object) => {
    const { spec, ...rest } = mapped(object, ['spec', 'devices'], deviceFromStored) as Plain
    return { ...rest, spec: withoutZeros(spec as Plain) } as unknown as KubeObject
  },
}

function withoutZeros(spec: Plain): Plain {
  return Object.fromEntries(Object.entries(spec).filter(([name, value]) => !['nodeName', 'allNodes'].includes(name) || !isZero(value)))
}
