/**
 * The command lines of `t8s snapshot save`, `status` and `restore`, in etcdctl's and etcdutl's own spellings, so that a backup script written
 * for those works. What they do is in `snapshot.ts`, loaded when one is asked for.
 */
import { type Command, Option } from 'commander'
import type { ProcessDoor } from '../../std/process.ts'
import type { RestoreFlags, SaveFlags, StatusFlags } from './snapshot.ts'

const endpoints = (text: string): readonly string[] =>
  text
    .split(',')
    .map((endpoint) => endpoint.trim())
    .filter(Boolean)

export function addSnapshotCommands(program: Command, process: ProcessDoor): void {
  const snapshot = program
    .command('snapshot')
    .description('save what a store holds, look at what was saved, start a new one from it')
    .addHelpText(
      'after',
      `
Examples:
  t8s snapshot save backup.db                       from http://127.0.0.1:2379
  t8s snapshot save backup.db --endpoints https://10.0.0.1:2379 --cacert ca.crt --cert client.crt --key client.key
  t8s snapshot status backup.db -w table
  t8s snapshot restore backup.db --data-dir new     then: t8s etcd --data-dir new`,
    )
  snapshot
    .command('save <file>')
    .description('fetch a snapshot of a running etcd, ours or another, into a file')
    .addOption(
      new Option('--endpoints <urls>', 'the etcd to ask')
        .argParser(endpoints)
        .default(['http://127.0.0.1:2379'], 'http://127.0.0.1:2379')
        .env('ETCDCTL_ENDPOINTS'),
    )
    .addOption(new Option('--cacert <file>', 'the authority of its certificate, PEM').env('ETCDCTL_CACERT'))
    .addOption(new Option('--cert <file>', 'our certificate, PEM').env('ETCDCTL_CERT'))
    .addOption(new Option('--key <file>', 'its private key, PEM').env('ETCDCTL_KEY'))
    .action(async (file: string, flags: SaveFlags) => (await import('./snapshot.ts')).save(file, flags, process))
  snapshot
    .command('status <file>')
    .description('check the file and tell its hash, revision, number of keys and size, as etcdctl does')
    .addOption(
      new Option('-w, --write-out <format>', 'how to tell it')
        .choices(['simple', 'table', 'json'])
        .default('simple')
        .env('ETCDCTL_WRITE_OUT'),
    )
    .action(async (file: string, flags: StatusFlags) => (await import('./snapshot.ts')).status(file, flags, process))
  snapshot
    .command('restore <file>')
    .description('make a new data directory for `t8s etcd` from the file: every key with its revisions, its history, leases')
    .requiredOption('--data-dir <directory>', 'where to make it; must not exist, or be empty')
    .option('--skip-hash-check', 'take a file without a SHA-256 behind it, a copy of a member’s database, or with a wrong one', false)
    .action(async (file: string, flags: RestoreFlags) => (await import('./snapshot.ts')).restore(file, flags, process))
}
