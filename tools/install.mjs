/**
 * Installs the dependencies when they are missing or older than the lock file. Runs before `npm start` and `npm test`,
 * on whatever Node is there, without dependencies of its own; silent when there is nothing to do.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const lock = `${root}package-lock.json`
const installed = `${root}node_modules/.package-lock.json`
const isFresh =
  existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs && existsSync(`${root}node_modules/node/bin/node`)

// Somebody's own arrangement: installing through a link would empty what it points to.
const isLinked = lstatSync(`${root}node_modules`, { throwIfNoEntry: false })?.isSymbolicLink() === true

if (!isFresh && !isLinked) {
  console.log('Installing dependencies (once, about half a minute) …')
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (result.status !== 0) {
    console.error('Dependencies could not be installed: see the messages above, check the network, and run `npm ci`')
    process.exit(result.status ?? 1)
  }
}
