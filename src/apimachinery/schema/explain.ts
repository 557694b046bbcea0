/**
 * What Go's decoder would say of a JSON text, in its words and its order: the one error that refuses it, and what strict decoding tells besides
 * (`unknown field "spec.foo"`, `duplicate field "spec.replicas"`). Slow, and only asked when normalize.ts found that something is wrong.
 *
 *     explain(deployment, '{"spec": {"replicas": "3", "x": 1}}')
 *       → fatal 'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32', strict ['unknown field "spec.x"']
 *
 * What a newcomer would get wrong: a wrong type does not end Go's decoding, the first one is remembered; a type that reads itself (quantities,
 * times) ends it at once, so its error wins even when it stands later. Errors name fields but no list indexes; strict errors name both.
 * It walks the text, not the parsed value: that has lost the order of keys, the doubled ones, and whether a number was written 2 or 2.0.
 */
import { durationProblem } from '../go-duration.ts'
import { quote } from '../go-strings.ts'
import { quantityProblem, quantityProblems } from '../quantity.ts'
import { microTimeProblem, timeProblem } from '../time.ts'
import { base64Problem } from './base64.ts'
import type { Schema, StructSchema } from './schema.ts'

export interface Explanation {
  readonly fatal: string | undefined
  readonly strict: readonly string[]
}

/** Where Go has a named type and the schema only a string, a list or a map. */
export type GoTypeNames = (struct: string, field: string) => string | undefined

/** Without a schema: as untyped JSON. The text must be valid. */
export function explain(schema: Schema | undefined, text: string, typeNames: GoTypeNames = () => undefined): Explanation {
  const explainer = new Explainer(text, typeNames)
  let fatal: string | undefined
  try {
    explainer.value(schema)
    fatal = explainer.saved
  } catch (error) {
    if (!(error instanceof Ending)) throw error
    fatal = error.message
  }
  return { fatal, strict: [...explainer.strict] }
}

class Ending extends Error {}

const strictMax = 100
const blank = /[ \t\r\n]*/y
const literal = /[-+.0-9A-Za-z]+/y
const text = /"(?:[^"\\]|\\.)*"/y

type JsonType = 'null' | 'bool' | 'number' | 'string' | 'array' | 'object'

class Explainer {
  saved: string | undefined
  readonly strict = new Set<string>()
  readonly #text: string
  #at = 0
  /** JSON names of fields, from the outside in. */
  readonly #fields: string[] = []
  #struct = ''

  readonly #typeNames: GoTypeNames

  constructor(json: string, typeNames: GoTypeNames) {
    this.#text = json
    this.#typeNames = typeNames
  }

  /** `named`: Go's name of the type, where the schema does not give it. */
  value(schema: Schema | undefined, path = '', named?: string): void {
    const type = this.#type()
    if (schema === undefined) return this.#untyped(type, path)
    switch (schema.type) {
      case 'json':
      case 'rawExtension':
      case 'fieldsV1':
        return this.#skip(type)
      case 'struct':
        return type === 'object' ? this.#members(path, schema, undefined) : this.#unlessNull(type, schema)
      case 'map':
        return type === 'object' ? this.#members(path, undefined, schema.values, valueName(named)) : this.#unlessNull(type, schema, named)
      case 'list':
        return type === 'array' ? this.#items(path, schema.items, itemName(named)) : this.#unlessNull(type, schema, named)
      case 'bytes':
        return this.#bytes(type)
      default:
        return this.#scalar(schema, type, named)
    }
  }

  #type(): JsonType {
    this.#take(blank)
    switch (this.#text[this.#at]) {
      case '{':
        return 'object'
      case '[':
        return 'array'
      case '"':
        return 'string'
      case 't':
      case 'f':
        return 'bool'
      case 'n':
        return 'null'
      default:
        return 'number'
    }
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  #takes(character: string): boolean {
    this.#take(blank)
    const isThere = this.#text[this.#at] === character
    if (isThere) this.#at++
    return isThere
  }

  /** Passes over one value and gives its text. */
  #raw(type: JsonType): string {
    if (type === 'string') return this.#take(text)
    if (type !== 'object' && type !== 'array') return this.#take(literal)
    const start = this.#at
    let depth = 0
    do {
      const character = this.#text[this.#at] as string
      if (character === '"') this.#take(text)
      else {
        if (character === '{' || character === '[') depth++
        else if (character === '}' || character === ']') depth--
        this.#at++
      }
    } while (depth > 0)
    return this.#text.slice(start, this.#at)
  }

  #skip(type: JsonType): void {
    this.#raw(type)
  }

  #members(path: string, struct: StructSchema | undefined, values: Schema | undefined, named?: string): void {
    const outer = this.#struct
    const seen = new Set<string>()
    this.#at++
    if (this.#takes('}')) return
    do {
      this.#take(blank)
      const key = JSON.parse(this.#take(text)) as string
      this.#takes(':')
      const inner = path === '' ? key : `${path}.${key}`
      const field = struct !== undefined && Object.hasOwn(struct.fields, key) ? struct.fields[key] : undefined
      if (struct !== undefined && field === undefined) {
        if (!struct.preservesUnknown) this.#tell(`unknown field ${quote(inner)}`)
        this.#skip(this.#type())
        continue
      }
      if (seen.has(key)) this.#tell(`duplicate field ${quote(inner)}`)
      seen.add(key)
      if (field === undefined) this.value(values, inner, named)
      else {
        this.#struct = goName(struct as StructSchema)
        this.#fields.push(key)
        this.value(field.facts.schema, inner, this.#typeNames((struct as StructSchema).name, key))
        this.#fields.pop()
        this.#struct = outer
      }
    } while (this.#takes(','))
    this.#takes('}')
  }

  #items(path: string, items: Schema | undefined, named?: string): void {
    this.#at++
    if (this.#takes(']')) return
    let index = 0
    do this.value(items, `${path}[${index++}]`, named)
    while (this.#takes(','))
    this.#takes(']')
  }

  #untyped(type: JsonType, path: string): void {
    if (type === 'object') return this.#members(path, undefined, undefined)
    if (type === 'array') return this.#items(path, undefined)
    const raw = this.#raw(type)
    if (type === 'number' && !Number.isFinite(Number(raw))) this.#save(`number ${raw}`, 'float64')
  }

  #bytes(type: JsonType): void {
    if (type === 'array') {
      this.#at++
      if (this.#takes(']')) return
      do {
        const one = this.#type()
        const raw = this.#raw(one)
        if (one === 'number' ? !isWithin(raw, 0n, 255n) : one !== 'null') this.#save(one === 'number' ? `number ${raw}` : one, 'uint8')
      } while (this.#takes(','))
      this.#takes(']')
      return
    }
    const raw = this.#raw(type)
    if (type !== 'string') return type === 'null' ? undefined : this.#save(type, '[]uint8')
    const problem = base64Problem(JSON.parse(raw) as string)
    if (problem !== undefined) this.saved ??= problem
  }

  #unlessNull(type: JsonType, schema: Schema, named?: string): void {
    this.#skip(type)
    if (type !== 'null') this.#save(type, named ?? goType(schema))
  }

  #scalar(schema: Schema, type: JsonType, named?: string): void {
    const raw = this.#raw(type)
    if (type === 'null') return
    switch (schema.type) {
      case 'string':
        if (type !== 'string') this.#save(type, named ?? 'string')
        return
      case 'boolean':
        if (type !== 'bool') this.#save(type, 'bool')
        return
      case 'int32':
      case 'int64': {
        const [min, max] = schema.type === 'int32' ? int32Limits : int64Limits
        if (type !== 'number') this.#save(type, schema.type)
        else if (!isWithin(raw, min, max)) this.#save(`number ${raw}`, schema.type)
        return
      }
      case 'double':
        if (type !== 'number') this.#save(type, 'float64')
        else if (!Number.isFinite(Number(raw))) this.#save(`number ${raw}`, 'float64')
        return
      case 'intOrString':
        if (type !== 'string' && type !== 'number') this.#end(this.#problem(type, 'int32'))
        if (type === 'number' && !isWithin(raw, ...int32Limits)) this.#end(this.#problem(`number ${raw}`, 'int32'))
        return
      case 'quantity': {
        const problem = quantityProblem((type === 'string' ? raw.slice(1, -1) : raw).trim())
        if (problem !== undefined) this.#end(quantityProblems[problem])
        return
      }
      default:
        return this.#moment(schema, type, raw)
    }
  }

  #moment({ type: wanted }: Schema, type: JsonType, raw: string): void {
    if (type !== 'string') this.#end(this.#problem(type, 'string'))
    const value = JSON.parse(raw) as string
    const problem = wanted === 'time' ? timeProblem(value) : wanted === 'microTime' ? microTimeProblem(value) : durationProblem(value)
    if (problem !== undefined) this.#end(problem)
  }

  #tell(problem: string): void {
    if (this.strict.size < strictMax) this.strict.add(problem)
  }

  #save(what: string, type: string): void {
    this.saved ??= this.#problem(what, type)
  }

  #problem(what: string, type: string): string {
    const where = this.#fields.length === 0 ? 'value' : `struct field ${this.#struct}.${this.#fields.join('.')}`
    return `json: cannot unmarshal ${what} into Go ${where} of type ${type}`
  }

  #end(problem: string): never {
    throw new Ending(problem)
  }
}

/** "[]v1.Capability" → "v1.Capability" */
export function itemName(named: string | undefined): string | undefined {
  return named?.startsWith('[]') ? named.slice(2) : undefined
}
/** "map[string]v1.ExtraValue" → "v1.ExtraValue" */
export function valueName(named: string | undefined): string | undefined {
  return named?.startsWith('map[') ? named.slice(named.indexOf(']') + 1) : undefined
}

const int32Limits = [-(2n ** 31n), 2n ** 31n - 1n] as const
const int64Limits = [-(2n ** 63n), 2n ** 63n - 1n] as const

function isWithin(raw: string, min: bigint, max: bigint): boolean {
  if (!/^-?\d{1,20}$/.test(raw)) return false
  const value = BigInt(raw)
  return value >= min && value <= max
}

/** io.k8s.api.apps.v1.DeploymentSpec → DeploymentSpec */
function goName({ name }: StructSchema): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

function goType(schema: Schema): string {
  switch (schema.type) {
    case 'struct':
      return schema.name.split('.').slice(-2).join('.')
    case 'list':
      return `[]${goType(schema.items)}`
    case 'map':
      return `map[string]${goType(schema.values)}`
    case 'boolean':
      return 'bool'
    case 'double':
      return 'float64'
    case 'bytes':
      return '[]uint8'
    default:
      return goTypes[schema.type] ?? schema.type
  }
}

const goTypes: Readonly<Record<string, string>> = {
  quantity: 'resource.Quantity',
  intOrString: 'intstr.IntOrString',
  time: 'v1.Time',
  microTime: 'v1.MicroTime',
  duration: 'v1.Duration',
  rawExtension: 'runtime.RawExtension',
  fieldsV1: 'v1.FieldsV1',
}
