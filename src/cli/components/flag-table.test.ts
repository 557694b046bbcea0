/** Flags of components: read as upstream's are, refused in its words, all that it documents known. */
import { expect, test } from 'vitest'
import { FlagError, Flags, helpText, parseFlagTable } from './flag-table.ts'
import { apiServerFlagTable } from './kube-apiserver-flags.ts'
import { chooseControllers } from './kube-controller-manager.ts'
import { controllerManagerFlagTable } from './kube-controller-manager-flags.ts'
import { schedulerFlagTable } from './kube-scheduler-flags.ts'
import { noEffect } from './no-effect.ts'
import { parseTokenFile } from './token-file.ts'

function read(...argv: readonly string[]): Flags {
  const flags = new Flags(parseFlagTable(apiServerFlagTable))
  flags.read(argv, 'kube-apiserver')
  return flags
}

test('values: behind "=", in the next word, on and off, several times, with underscores', () => {
  const flags = read(
    '--secure-port=7443',
    '--bind-address',
    '::1',
    '--anonymous-auth=false',
    '--etcd_servers=http://a,http://b',
    '--etcd-servers',
    'c',
  )
  expect(flags.number('secure-port')).toBe(7443)
  expect(flags.text('bind-address')).toBe('::1')
  expect(flags.isOn('anonymous-auth')).toBe(false)
  expect(flags.list('etcd-servers')).toEqual(['http://a', 'http://b', 'c'])
  expect(read('--runtime-config=api/all=true,apps/v1=false,b/v1').switches('runtime-config')).toEqual({
    'api/all': true,
    'apps/v1': false,
    'b/v1': true,
  })
  expect(read('--event-ttl=1h30m').milliseconds('event-ttl')).toBe(5_400_000)
  expect(read('--service-account-issuer=a,b', '--service-account-issuer=c').list('service-account-issuer')).toEqual(['a,b', 'c'])
  expect(['-v4', '-v=4', '-v'].map((word) => read(...(word === '-v' ? [word, '4'] : [word])).number('v'))).toEqual([4, 4, 4])
})

test('defaults count when nothing is said', () => {
  const flags = read()
  expect([flags.number('secure-port'), flags.text('etcd-prefix'), flags.isOn('anonymous-auth'), flags.milliseconds('event-ttl')]).toEqual([
    6443,
    '/registry',
    true,
    3_600_000,
  ])
  expect(flags.isGiven('secure-port')).toBe(false)
})

test.each([
  [['--insecure-port=8080'], 'unknown flag: --insecure-port'],
  [['-z'], 'unknown shorthand flag: "z" in -z'],
  [['--secure-port'], 'flag needs an argument: --secure-port'],
  [['--secure-port=x'], 'invalid argument "x" for "--secure-port" flag: strconv.ParseInt: parsing "x": invalid syntax'],
  [['--anonymous-auth=maybe'], 'invalid argument "maybe" for "--anonymous-auth" flag: strconv.ParseBool: parsing "maybe": invalid syntax'],
  [['--event-ttl=soon'], 'invalid argument "soon" for "--event-ttl" flag: time: invalid duration "soon"'],
  [['--goaway-chance='], 'invalid argument "" for "--goaway-chance" flag: strconv.ParseFloat: parsing "": invalid syntax'],
  [['--bind-address=here'], 'invalid argument "here" for "--bind-address" flag: failed to parse IP: "here"'],
  [['start', 'now'], '"kube-apiserver" does not take any arguments, got ["start" "now"]'],
  [['--', '--secure-port=1'], '"kube-apiserver" does not take any arguments, got ["--secure-port=1"]'],
])('%j is refused', (argv, message) => {
  expect(() => read(...argv)).toThrow(new FlagError(message))
})

test('what does nothing here is taken, and told', () => {
  expect(
    read('--audit-log-path=-', '--profiling=false', '--secure-port=1')
      .withoutEffect()
      .map(({ name }) => name),
  ).toEqual(['audit-log-path', 'profiling'])
})

test.each([
  ['kube-apiserver', apiServerFlagTable, 170, ['etcd-servers', 'allow-privileged', 'service-cluster-ip-range', 'cert-dir', 'help']],
  ['kube-controller-manager', controllerManagerFlagTable, 143, ['kubeconfig', 'leader-elect', 'controllers', 'cluster-signing-cert-file']],
  ['kube-scheduler', schedulerFlagTable, 60, ['kubeconfig', 'config', 'leader-elect-resource-name']],
] as const)('%s knows every flag of v1.34 and prints it', (name, table, count, some) => {
  const flags = parseFlagTable(table)
  expect(flags.length).toBe(count)
  const text = helpText(name, 'About it.', flags)
  for (const flag of [...some, ...flags.map((one) => one.name)]) expect(text).toContain(`--${flag}`)
  expect(text).not.toContain('insecure-port')
  const words = new Set(Object.values(noEffect).map((why) => `No effect: ${why}.`))
  expect(flags.filter(({ hasEffect, meaning }) => !hasEffect && !words.has(meaning))).toEqual([])
})

test('--controllers: all, some, less, old names, and names that there are not', () => {
  const all = ['deployment-controller', 'job-controller', 'token-cleaner-controller'].map((name) => ({
    name,
    account: name,
    component: name,
    start: () => {},
  }))
  const chosen = (...wanted: readonly string[]): readonly string[] => chooseControllers(all, wanted).map(({ name }) => name)
  expect(chosen('*')).toEqual(['deployment-controller', 'job-controller'])
  expect(chosen('*', 'tokencleaner', '-job')).toEqual(['deployment-controller', 'token-cleaner-controller'])
  expect(chosen('job', 'service')).toEqual(['job-controller'])
  expect(() => chosen('work')).toThrow('--controllers: "work" is not in the list of known controllers')
})

test('tokens from a file', async () => {
  const ask = parseTokenFile('# who is who\nsecret,ann,u1,"dev, ops"\nplain,bob,u2\n\n')
  expect(await ask('secret')).toMatchObject({ name: 'ann', uid: 'u1', groups: ['dev', 'ops', 'system:authenticated'] })
  expect(await ask('plain')).toMatchObject({ name: 'bob', groups: ['system:authenticated'] })
  expect(await ask('other')).toBeUndefined()
  expect(() => parseTokenFile('only-a-token\n')).toThrow('line 1 must have at least a token, a user and a uid')
})
