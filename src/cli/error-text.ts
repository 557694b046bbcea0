/**
 * From anything thrown to what a person reads: one line and what to do next for mistakes and for the troubles of disks and
 * ports; for a bug the whole chain of causes, and where to report it. No stack unless T8S_DEBUG is set.
 */
import type { ProcessDoor } from '../std/process.ts'
import { UserError } from './places.ts'

export function errorText(error: unknown, process: ProcessDoor): string {
  if (error instanceof UserError || isStoreError(error)) return `Error: ${(error as Error).message}`
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  const path = typeof error === 'object' && error !== null && 'path' in error ? ` "${String(error.path)}"` : ''
  const known = systemErrors[code]
  if (known !== undefined) return `Error: ${known(path)}`
  const chain = [...causesOf(error)].map((one) => (one instanceof Error ? one.message : String(one)))
  const stack =
    process.environment.T8S_DEBUG !== undefined && error instanceof Error ? `\n${error.stack}` : '\nSet T8S_DEBUG=1 to see where.'
  return `This is a bug in t8s, please report it: ${chain.join(': ')}${stack}`
}

const systemErrors: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `${path.trim() || 'The file'} cannot be made there: choose another place with --data-dir or --kubeconfig`,
  EACCES: (path) => `No permission to use${path}: choose another place with --data-dir or --kubeconfig, or change its owner`,
  EPERM: (path) => `No permission to use${path}: choose another place with --data-dir or --kubeconfig, or change its owner`,
  EROFS: (path) => `${path || 'The file'} is on a read-only file system: choose another place with --data-dir or --kubeconfig`,
  ENOSPC: (path) => `No space is left for${path}: free some, or choose another place with --data-dir`,
  ENOTDIR: (path) => `A part of${path} is a file, not a directory: choose another place with --data-dir or --kubeconfig`,
  EISDIR: (path) => `${path} is a directory, a file was expected: choose another place with --kubeconfig`,
}

function isStoreError(error: unknown): boolean {
  return error instanceof Error && (error.name === 'StoreError' || error.name === 'KubeconfigError')
}

function* causesOf(error: unknown): Iterable<unknown> {
  for (let one = error; one !== undefined && one !== null; one = one instanceof Error ? one.cause : undefined) yield one
}
