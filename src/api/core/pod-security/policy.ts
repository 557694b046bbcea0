/**
 * Pod security as a namespace's labels put it: a level and a version for each of three modes. Enforce refuses, audit notes, warn warns.
 *
 *     pod-security.kubernetes.io/enforce: baseline         → baseline:latest, and warn the same unless it says otherwise
 *     pod-security.kubernetes.io/enforce-version: v1.25    → baseline:v1.25
 *
 * What a newcomer would get wrong: labels that make no sense are refused when a namespace is written, but an old namespace may have them: then
 * enforce is as strict as can be, while audit and warn give in.
 */
import { type FieldError, invalidValue } from '../../../apimachinery/field-error.ts'

export type SecurityLevel = 'privileged' | 'baseline' | 'restricted'
const levels: readonly SecurityLevel[] = ['privileged', 'baseline', 'restricted']

export interface LevelAndVersion {
  readonly level: SecurityLevel
  /** Minor version of Kubernetes 1; undefined: the latest. */
  readonly minor: number | undefined
}

const modes = ['enforce', 'audit', 'warn'] as const
export type SecurityMode = (typeof modes)[number]

export interface SecurityPolicy extends Readonly<Record<SecurityMode, LevelAndVersion>> {
  readonly errors: readonly FieldError[]
}

const nothing: LevelAndVersion = { level: 'privileged', minor: undefined }
const free: SecurityPolicy = { enforce: nothing, audit: nothing, warn: nothing, errors: [] }
const prefix = 'pod-security.kubernetes.io/'

export function securityPolicyOf(labels: Readonly<Record<string, string>> | null | undefined): SecurityPolicy {
  const names = Object.keys(labels ?? {})
  if (!labels || !names.some((name) => name.startsWith(prefix))) return free
  const errors: FieldError[] = []
  const read = (mode: SecurityMode): LevelAndVersion => {
    const said = labels[prefix + mode]
    const level = said === undefined ? 'privileged' : levels.find((one) => one === said)
    if (level === undefined) errors.push(invalidLabel(mode, said, `must be one of ${levels.join(', ')}`))
    const version = labels[`${prefix + mode}-version`]
    const minor = version === undefined ? undefined : minorOf(version)
    if (minor === 'wrong') errors.push(invalidLabel(`${mode}-version`, version, 'must be "latest" or "v1.x"'))
    return { level: level ?? (mode === 'enforce' ? 'restricted' : 'privileged'), minor: minor === 'wrong' ? undefined : minor }
  }
  const [enforce, audit, said] = [read('enforce'), read('audit'), read('warn')]
  const isEnforceValid = levels.includes(labels[`${prefix}enforce`] as SecurityLevel)
  const follows = labels[`${prefix}warn`] === undefined && isEnforceValid && compareLevels(enforce.level, said.level) > 0
  const warn = follows ? { level: enforce.level, minor: labels[`${prefix}warn-version`] === undefined ? enforce.minor : said.minor } : said
  return { enforce, audit, warn, errors }
}

function minorOf(version: string): number | undefined | 'wrong' {
  if (version === 'latest') return undefined
  const match = /^v1\.([0-9]|[1-9][0-9]*)$/.exec(version)
  return match === null ? 'wrong' : Number(match[1])
}

function invalidLabel(name: string, value: string | undefined, why: string): FieldError {
  return invalidValue(`metadata.labels[${prefix}${name}]`, value ?? '', why)
}

export function compareLevels(a: SecurityLevel, b: SecurityLevel): number {
  return levels.indexOf(a) - levels.indexOf(b)
}

export function isSameLevel(a: LevelAndVersion, b: LevelAndVersion): boolean {
  return a.level === b.level && a.minor === b.minor
}

/** "baseline:v1.25", "restricted:latest" */
export function levelText({ level, minor }: LevelAndVersion): string {
  return `${level}:${minor === undefined ? 'latest' : `v1.${minor}`}`
}
