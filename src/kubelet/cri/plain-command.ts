/**
 * What a simulated container would do, where its command says so plainly: `sleep 30`, `true`, `sh -c "exit 3"`. Anything cleverer is not
 * understood, and not guessed at. Pure.
 */
import type { Pod } from '../../api/core/pod.ts'

type Container = Pod['spec']['containers'][number]

/** When it ends and how; 'never'; undefined: it does not say. */
export type PlainEnd = { readonly afterMs: number; readonly exitCode: number } | 'never' | undefined

const startMs = 100

export function plainEnd({ image = '', command, args }: Pick<Container, 'image' | 'command' | 'args'>): PlainEnd {
  const words = [...(command ?? []), ...(args ?? [])]
  // The pause container does nothing, for ever.
  if (words.length === 0) return /(?:^|\/)pause(?:[:@]|$)/.test(image) ? 'never' : undefined
  const [program = '', flag, script = ''] = words
  const name = program.slice(program.lastIndexOf('/') + 1)
  if (/^(?:ba|da|a)?sh$/.test(name) && flag !== undefined && /^-\w*c$/.test(flag)) return scriptEnd(script)
  return wordsEnd([name, ...words.slice(1)])
}

/** Plain commands one after the other, up to the first that ends the script. */
function scriptEnd(script: string): PlainEnd {
  let afterMs = startMs
  let exitCode = 0
  for (const part of script.split(/[;\n]|&&/)) {
    const words = part.trim().split(/\s+/).filter(Boolean)
    if (words.length === 0 || words[0] === 'echo') continue
    if (words[0] === 'exit') return /^\d+$/.test(words[1] ?? '0') ? { afterMs, exitCode: Number(words[1] ?? exitCode) & 255 } : undefined
    const end = wordsEnd(words)
    if (end === undefined || end === 'never') return end
    afterMs += end.afterMs - startMs
    exitCode = end.exitCode
  }
  return { afterMs, exitCode }
}

function wordsEnd([name = '', ...args]: readonly string[]): PlainEnd {
  if (name === 'true') return { afterMs: startMs, exitCode: 0 }
  if (name === 'false') return { afterMs: startMs, exitCode: 1 }
  if (name === 'pause') return 'never'
  if (name !== 'sleep') return undefined
  if (args[0] === 'infinity') return 'never'
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)([smhd])?$/.exec(args[0] ?? '') ?? []
  if (amount === undefined) return undefined
  const factor = { s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? 1
  // Longer than a timer can wait is for ever.
  const afterMs = startMs + Number(amount) * factor * 1000
  return afterMs > 2 ** 31 - 1 ? 'never' : { afterMs, exitCode: 0 }
}
