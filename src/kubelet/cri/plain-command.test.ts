/** Commands that say what they do. */
import { expect, test } from 'vitest'
import { type PlainEnd, plainEnd } from './plain-command.ts'

const after = (afterMs: number, exitCode = 0): PlainEnd => ({ afterMs, exitCode })
test.each([
  [{ image: 'nginx' }, undefined],
  [{ image: 'registry.k8s.io/pause:3.10' }, 'never'],
  [{ image: 'pause' }, 'never'],
  [{ image: 'my/pauses:1' }, undefined],
  [{ image: 'a', command: ['sleep', '30'] }, after(30_100)],
  [{ image: 'a', command: ['/bin/sleep'], args: ['2m'] }, after(120_100)],
  [{ image: 'a', command: ['sleep', 'infinity'] }, 'never'],
  [{ image: 'a', args: ['sleep', '999999999'] }, 'never'],
  [{ image: 'a', command: ['/bin/true'] }, after(100)],
  [{ image: 'a', command: ['false'] }, after(100, 1)],
  [{ image: 'a', command: ['/bin/sh', '-c', 'exit 3'] }, after(100, 3)],
  [{ image: 'a', command: ['sh', '-ec', 'echo hello; sleep 1 && exit 0'] }, after(1100)],
  [{ image: 'a', command: ['sh', '-c', 'sleep 1; false'] }, after(1100, 1)],
  [{ image: 'a', command: ['sh', '-c', 'exit $(( $RANDOM / 16384 ))'] }, undefined],
  [{ image: 'a', command: ['sh', '-c', 'nc -l 80'] }, undefined],
  [{ image: 'a', command: ['server'] }, undefined],
] as const)('%j', (container, wanted) => expect(plainEnd(container as never)).toEqual(wanted))
