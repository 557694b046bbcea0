/**
 * Flags as Kubernetes' components take them (pflag): written as a table, read from a command line, printed by --help.
 *
 *     # Secure serving
 *     secure-port int=6443: the port to listen on
 *     tls-cipher-suites strings ~ tls
 *
 * After a colon what the flag does; after a tilde the word (no-effect.ts) for why it does nothing here: it is taken, with one warning. Every flag
 * that upstream documents is in the tables, so that nobody's manifest is refused; what upstream does not know, is refused as upstream does.
 *
 * What a newcomer would get wrong: a flag of type bool takes a value only after "="; "_" in names counts as "-"; and a flag of type strings
 * may be given several times, each time with several values.
 */
import { parseGoDuration } from '../../apimachinery/go-duration.ts'
import { quote } from '../../apimachinery/go-strings.ts'
import { noEffect } from './no-effect.ts'

export interface FlagDefinition {
  readonly name: string
  readonly short?: string
  readonly type: string
  /** As on the command line; empty for none. */
  readonly fallback: string
  readonly meaning: string
  readonly section: string
  readonly hasEffect: boolean
}

/** What is wrong with a command line, in upstream's words. */
export class FlagError extends Error {
  override readonly name = 'FlagError'
}

export function parseFlagTable(table: string): readonly FlagDefinition[] {
  const flags: FlagDefinition[] = []
  let section = ''
  for (const line of table.split('\n')) {
    if (line.startsWith('# ')) section = line.slice(2)
    const [, short, name, type = '', fallback = '', mark, meaning = ''] =
      /^(?:-(\w) )?([a-z0-9-]+) (\w+)(?:=(.*?))?(: | ~ )(.+)$/.exec(line) ?? []
    if (name === undefined) continue
    const hasEffect = mark === ': '
    const text = hasEffect ? meaning : `No effect: ${noEffect[meaning] ?? meaning}.`
    flags.push({ name, type, fallback, meaning: text, section, hasEffect, ...(short === undefined ? {} : { short }) })
  }
  return flags
}

export class Flags {
  readonly #definitions: ReadonlyMap<string, FlagDefinition>
  readonly #given = new Map<string, string[]>()

  constructor(definitions: readonly FlagDefinition[]) {
    this.#definitions = new Map(definitions.map((one) => [one.name, one]))
  }

  /** Throws FlagError. `component` is named when something is there that is no flag. */
  read(argv: readonly string[], component: string): void {
    const words: string[] = []
    for (let index = 0; index < argv.length; index++) {
      const word = argv[index] as string
      if (word === '--') {
        words.push(...argv.slice(index + 1))
        break
      }
      if (!word.startsWith('-') || word === '-') words.push(word)
      else if (this.#readOne(word, argv[index + 1])) index++
    }
    if (words.length > 0) throw new FlagError(`"${component}" does not take any arguments, got [${words.map(quote).join(' ')}]`)
  }

  /** True when the next word was the value. */
  #readOne(word: string, next: string | undefined): boolean {
    const isLong = word.startsWith('--')
    const [, written = '', inline] = (isLong ? /^--([^=]*)(?:=(.*))?$/s : /^-(\w)(?:=?(.+))?$/s).exec(word) ?? []
    const definition = isLong ? this.#definitions.get(written.replaceAll('_', '-')) : this.#byShort(written)
    if (definition === undefined)
      throw new FlagError(isLong ? `unknown flag: --${written}` : `unknown shorthand flag: ${quote(written)} in ${word}`)
    if (inline !== undefined || definition.type === 'bool') {
      this.#set(definition, inline ?? 'true')
      return false
    }
    if (next === undefined)
      throw new FlagError(isLong ? `flag needs an argument: --${written}` : `flag needs an argument: ${quote(written)} in ${word}`)
    this.#set(definition, next)
    return true
  }

  #byShort(short: string): FlagDefinition | undefined {
    return [...this.#definitions.values()].find((one) => one.short === short)
  }

  #set(definition: FlagDefinition, value: string): void {
    const problem = problemOf(definition.type, value)
    if (problem !== undefined) {
      const shown = definition.short === undefined ? `--${definition.name}` : `-${definition.short}, --${definition.name}`
      throw new FlagError(`invalid argument ${quote(value)} for "${shown}" flag: ${problem}`)
    }
    const isList = /^(strings|stringArray|map|namedCertKey)/.test(definition.type)
    const before = isList ? (this.#given.get(definition.name) ?? []) : []
    this.#given.set(definition.name, [...before, value])
  }

  /** Flags that were given and do nothing, to be warned of. */
  withoutEffect(): readonly FlagDefinition[] {
    return [...this.#given.keys()].map((name) => this.#definitions.get(name) as FlagDefinition).filter((one) => !one.hasEffect)
  }

  isGiven(name: string): boolean {
    return this.#given.has(name)
  }

  /** Empty when not given and without a default. */
  text(name: string): string {
    return this.#given.get(name)?.at(-1) ?? this.#definitions.get(name)?.fallback ?? ''
  }

  isOn(name: string): boolean {
    return /^(1|t|T|TRUE|true|True)$/.test(this.text(name))
  }

  number(name: string): number {
    return Number(this.text(name) || '0')
  }

  milliseconds(name: string): number {
    const text = this.text(name)
    return text === '' ? 0 : Number(parseGoDuration(text)) / 1e6
  }

  /** All values of all times that it was given. */
  list(name: string): readonly string[] {
    const values = this.#given.get(name) ?? [this.#definitions.get(name)?.fallback ?? '']
    const isSplit = this.#definitions.get(name)?.type !== 'stringArray'
    return values.flatMap((value) => (isSplit ? value.split(',') : [value])).filter((value) => value !== '')
  }

  /** "a=true,b=false"; a name alone is on. */
  switches(name: string): Readonly<Record<string, boolean>> {
    return Object.fromEntries(
      this.list(name).map((one) => {
        const [key = '', value = 'true'] = one.split('=')
        return [key, /^(1|t|T|TRUE|true|True)$/.test(value)]
      }),
    )
  }
}

function problemOf(type: string, value: string): string | undefined {
  if (type === 'bool' && !/^(1|0|t|f|T|F|TRUE|FALSE|true|false|True|False)$/.test(value))
    return `strconv.ParseBool: parsing ${quote(value)}: invalid syntax`
  if (type === 'int' && !/^[+-]?[0-9]+$/.test(value)) return `strconv.ParseInt: parsing ${quote(value)}: invalid syntax`
  if (type === 'float' && (value === '' || Number.isNaN(Number(value))))
    return `strconv.ParseFloat: parsing ${quote(value)}: invalid syntax`
  if (type === 'ip' && !/^[0-9.]+$|:/.test(value)) return `failed to parse IP: ${quote(value)}`
  if (type === 'portRange' && !/^\d+([-+]\d+)?$/.test(value)) return `unable to parse port range: ${value}`
  if (type !== 'duration') return undefined
  try {
    parseGoDuration(value)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** As upstream lays it out: section by section, names in one column. */
export function helpText(component: string, about: string, definitions: readonly FlagDefinition[]): string {
  const lines = [about, '', 'Usage:', `  ${component} [flags]`]
  const left = ({ short, name, type }: FlagDefinition): string =>
    `${short === undefined ? '    ' : `-${short}, `}--${name}${type === 'bool' ? '' : ` ${type}`}`
  for (const [section, flags] of Map.groupBy(definitions, (one) => one.section)) {
    const width = Math.max(...flags.map((one) => left(one).length)) + 3
    lines.push('', `${section} flags:`, '')
    for (const one of flags) {
      const shown = one.fallback === '' ? '' : ` (default ${/^(string|ip|portRange)/.test(one.type) ? quote(one.fallback) : one.fallback})`
      lines.push(`  ${left(one).padEnd(width)}${one.meaning}${shown}`)
    }
  }
  return `${lines.join('\n')}\n`
}
