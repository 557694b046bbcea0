/**
 * Feature gates: what `--feature-gates` turned on or off, and what is on by itself. Kinds drop fields whose gate is off, versions are not served,
 * and so on; whoever asks says the gate's name.
 *
 * What a newcomer would get wrong: AllAlpha and AllBeta reach only gates that the flag does not name, and a gate is never asked for by its stage.
 */

export interface GateFacts {
  readonly stage: 'alpha' | 'beta' | 'stable' | 'deprecated'
  /** When nobody says otherwise. */
  readonly isOn: boolean
  /** Nobody may say otherwise. */
  readonly isLocked: boolean
}

export class FeatureGateError extends Error {
  override readonly name = 'FeatureGateError'
}

const families: Readonly<Record<string, GateFacts['stage']>> = { AllAlpha: 'alpha', AllBeta: 'beta' }

export class FeatureGates {
  readonly #known: ReadonlyMap<string, GateFacts>
  readonly #on = new Map<string, boolean>()

  /** Throws `FeatureGateError` when a gate is unknown, or locked to something else. */
  constructor(known: ReadonlyMap<string, GateFacts>, said: Readonly<Record<string, boolean>> = {}) {
    this.#known = known
    const problem = gatesProblem(known, said)
    if (problem !== undefined) throw new FeatureGateError(problem)
    for (const [name, facts] of known) this.#on.set(name, facts.isOn)
    for (const [family, stage] of Object.entries(families)) {
      const isOn = said[family]
      if (isOn !== undefined) for (const [name, facts] of known) if (facts.stage === stage) this.#on.set(name, isOn)
    }
    for (const [name, isOn] of Object.entries(said)) this.#on.set(name, isOn)
  }

  isOn(name: string): boolean {
    const isOn = this.#on.get(name)
    if (isOn === undefined) throw new Error(`Nobody knows a feature gate ${name}`)
    return isOn
  }

  *all(): Generator<{ readonly name: string; readonly stage: GateFacts['stage']; readonly isOn: boolean }> {
    for (const [name, { stage }] of this.#known) yield { name, stage, isOn: this.isOn(name) }
  }
}

/** In upstream's words; of several unknown ones the first, of several locked ones all. */
export function gatesProblem(known: ReadonlyMap<string, GateFacts>, said: Readonly<Record<string, boolean>>): string | undefined {
  const names = Object.keys(said)
  const unknown = names.find((name) => !known.has(name))
  if (unknown !== undefined) return `unrecognized feature gate: ${unknown}`
  const locked = names.filter((name) => known.get(name)?.isLocked && known.get(name)?.isOn !== said[name])
  const problems = locked.map((name) => `cannot set feature gate ${name} to ${said[name]}, feature is locked to ${known.get(name)?.isOn}`)
  return problems.length > 1 ? `[${problems.join(', ')}]` : problems[0]
}

/** Name=true,Other=false. */
export function parseFeatureGates(text: string): Record<string, boolean> {
  const said: Record<string, boolean> = {}
  for (const part of text.split(',')) {
    if (part === '') continue
    const at = part.indexOf('=')
    const name = (at < 0 ? part : part.slice(0, at)).trim()
    if (at < 0) throw new FeatureGateError(`missing bool value for ${name}`)
    const value = part.slice(at + 1).trim()
    const isOn = parseBool(value)
    if (isOn === undefined) {
      throw new FeatureGateError(
        `invalid value of ${name}=${value}, err: strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`,
      )
    }
    said[name] = isOn
  }
  return said
}

function parseBool(text: string): boolean | undefined {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true
  return /^(?:0|f|F|FALSE|false|False)$/.test(text) ? false : undefined
}
