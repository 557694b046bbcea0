/**
 * The launcher, in plain JavaScript so that any Node can at least say what is wrong. It keeps compiled code in a cache
 * directory (0.6 s of a start from source without, 0.1 s with), then hands over to the bundle or, in a clone, the source.
 */
import { existsSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const source = join(root, 'src', 'cli', 'main.ts')
const bundle = join(root, 'dist', 't8s.mjs')
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isClone = existsSync(source)

if (major < 22 || (major === 22 && minor < 12)) {
  const next = isClone ? 'run `npm ci` in the clone, which brings its own Node' : 'install a newer one from https://nodejs.org'
  console.error(`t8s needs Node.js 22.12 or newer, and this is ${process.versions.node}: ${next}`)
  process.exit(1)
}
if (!isClone && !existsSync(bundle)) {
  console.error('t8s is not built: run `npm run build`, or start it from a clone')
  process.exit(1)
}
if (isClone && !existsSync(join(root, 'node_modules'))) {
  console.error('Dependencies are missing: run `npm start`, which installs them, or `npm ci`')
  process.exit(1)
}
const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
module.enableCompileCache?.(join(cache, 'typernetes', 'compile'))
const useBundle = existsSync(bundle) && (!isClone || process.env.T8S_BUNDLE === '1')
const { main } = await import(pathToFileURL(useBundle ? bundle : source).href)
await main(process.argv.slice(2))
