/**
 * Paths of files inside volumes: they must stay inside. And the small checks that all volumes share. Rules collect into `out`, since a Pod
 * has many fields that are almost always right; `path` is where the value stands.
 */
import { type FieldError, invalidValue } from '../../../apimachinery/field-error.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors, type NameErrors, nameIsDnsSubdomain } from '../../../apimachinery/names.ts'

export type Errors = FieldError[]

export function checkNoBacksteps(value: string, path: string, out: Errors): void {
  if (value.includes('..') && value.split('/').includes('..')) out.push(invalidValue(path, value, "must not contain '..'"))
}

export function checkInside(value: string, path: string, out: Errors): void {
  if (value.startsWith('/')) out.push(invalidValue(path, value, 'must be a relative path'))
  checkNoBacksteps(value, path, out)
}

/** Names that begin with '..' are the kubelet's. */
export function checkInsideNotReserved(value: string, path: string, out: Errors): void {
  checkInside(value, path, out)
  if (value.startsWith('..') && !value.startsWith('../')) out.push(invalidValue(path, value, "must not start with '..'"))
}

export function checkMode(mode: number | null | undefined, path: string, out: Errors): void {
  if (typeof mode === 'number' && (mode < 0 || mode > 0o777)) {
    out.push(invalidValue(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive'))
  }
}

export function checkName(problems: NameErrors, value: string, path: string, out: Errors): void {
  for (const problem of problems) out.push(invalidValue(path, value, problem))
}
export function checkLabel(value: string, path: string, out: Errors): void {
  checkName(dns1123LabelErrors(value), value, path, out)
}
export function checkSubdomain(value: string, path: string, out: Errors): void {
  checkName(dns1123SubdomainErrors(value), value, path, out)
}
export function checkObjectName(value: string, path: string, out: Errors): void {
  checkName(nameIsDnsSubdomain(value, false), value, path, out)
}

export function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}
