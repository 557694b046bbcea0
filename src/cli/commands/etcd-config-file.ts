/**
 * etcd's configuration file: the flags by their names, the files of TLS in sections of their own. It becomes a command line, so that a value
 * means the same and is refused in the same words wherever it is written. With a file etcd looks at no other flag, and so do we.
 *
 *     name: a                              --name=a
 *     listen-client-urls: http://b:2379    --listen-client-urls=http://b:2379
 *     client-transport-security:
 *       cert-file: c                       --cert-file=c
 */
import { Command } from 'commander'
import { realDisk } from '../../std/real-disk.ts'
import { parseYaml } from '../../wire/yaml.ts'
import { UserError } from '../places.ts'
import { addEtcdFlags, type EtcdFlags } from './etcd-flags.ts'

/** What would change who is served or which cluster this is: passing over it would be a lie. The rest that is not known etcd skips too. */
const refused = ['discovery', 'discovery-srv', 'discovery-token', 'discovery-endpoints', 'allowed-hostname', 'client-cert-allowed-hostname']
const renamed: Readonly<Record<string, string>> = { 'crl-file': 'client-crl-file' }

export async function flagsFromFile(path: string): Promise<EtcdFlags> {
  const bytes = await realDisk.readFile(path)
  if (bytes === undefined) throw new UserError(`open ${path}: no such file or directory`)
  const command = addEtcdFlags(new Command('etcd').exitOverride())
  const known = new Set(command.options.map((option) => option.long?.slice(2)))
  const words: string[] = []
  const add = (name: string, value: unknown): void => {
    if (value === null || value === undefined || value === '') return
    if (refused.includes(name))
      throw new UserError(`"${name}" in ${path} is not served by t8s etcd: it is a cluster of one member that nobody has to find`)
    if (known.has(name)) words.push(`--${name}=${Array.isArray(value) ? value.join(',') : String(value)}`)
  }
  for (const [name, value] of Object.entries(sectionOf(parsed(bytes, path), path))) {
    if (name === 'client-transport-security')
      for (const [inner, one] of Object.entries(sectionOf(value, path))) add(renamed[inner] ?? inner, one)
    else if (name !== 'peer-transport-security') add(name, value)
  }
  return command.parse(words, { from: 'user' }).opts()
}

function parsed(bytes: Uint8Array, path: string): unknown {
  try {
    // A list's end at the beginning of a line is no YAML and passes with Go's parser: etcd's own sample is written so.
    return parseYaml(new TextDecoder().decode(bytes).replace(/^[\]}]/gm, ' $&'))
  } catch (cause) {
    throw new UserError(`Configuration file "${path}" is no YAML: ${(cause as Error).message}`, { cause })
  }
}

function sectionOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (value === null || value === undefined) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  throw new UserError(`Configuration file "${path}" must hold names and values`)
}
