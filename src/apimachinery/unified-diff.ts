/**
 * Two values as a unified diff of their indented JSON, for messages that show what may not change. Three lines of context.
 *
 *     @@ -1,3 +1,3 @@
 *      {
 *     - "a": 1
 *     + "a": 2
 *      }
 */
type Line = { readonly kind: ' ' | '-' | '+'; readonly text: string }

const context = 3

export function unifiedDiff(before: unknown, after: unknown): string {
  const lines = diffLines(JSON.stringify(before, null, 1).split('\n'), JSON.stringify(after, null, 1).split('\n'))
  const isShown = lines.map((_, i) => lines.slice(Math.max(0, i - context), i + context + 1).some(({ kind }) => kind !== ' '))
  let out = ''
  let a = 1
  let b = 1
  for (let i = 0; i < lines.length; ) {
    if (!isShown[i]) {
      a++
      b++
      i++
      continue
    }
    const end = isShown.indexOf(false, i)
    const hunk = lines.slice(i, end < 0 ? lines.length : end)
    const removed = hunk.filter(({ kind }) => kind !== '+').length
    const added = hunk.filter(({ kind }) => kind !== '-').length
    out += `@@ -${range(a, removed)} +${range(b, added)} @@\n${hunk.map(({ kind, text }) => `${kind}${text}\n`).join('')}`
    a += removed
    b += added
    i += hunk.length
  }
  return out
}

function range(start: number, count: number): string {
  return count === 1 ? String(start) : `${count === 0 ? start - 1 : start},${count}`
}

/** The longest common subsequence, by the plain table: specs have a few dozen lines. */
function diffLines(a: readonly string[], b: readonly string[]): readonly Line[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    const row = lengths[i] as number[]
    for (let j = b.length - 1; j >= 0; j--) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  }
  const out: Line[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push({ kind: ' ', text: a[i] as string })
      i++
      j++
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) out.push({ kind: '-', text: a[i++] as string })
    else out.push({ kind: '+', text: b[j++] as string })
  }
  return out
}
