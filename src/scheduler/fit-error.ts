/**
 * Why a Pod has no node, in the words that people know and that tools parse:
 *
 *     0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. preemption: 0/3 nodes are available: …
 *
 * Each reason with the number of nodes that gave it, sorted as text (so "10 …" comes before "2 …").
 */
import { sortStrings } from '../apimachinery/go-strings.ts'
import type { Diagnosis } from './cycle.ts'
import type { Rejection } from './framework.ts'
import type { Rejections } from './rejections.ts'

export const noNodesMessage = 'no nodes available to schedule pods'
/** Notes of events are no longer than this; conditions are not cut. */
const noteLengthMax = 1024

export function describeDiagnosis(
  { nodeCount, rejections, ofOthers, preFilterMessage }: Pick<Diagnosis, 'nodeCount' | 'rejections' | 'ofOthers' | 'preFilterMessage'>,
  postFilterMessage = '',
): string {
  let message = `0/${nodeCount} nodes are available:`
  if (preFilterMessage !== '') message += ` ${preFilterMessage}.`
  else {
    const reasons = countReasons(rejections, ofOthers, nodeCount)
    if (reasons.length > 0) message += ` ${reasons.join(', ')}.`
  }
  return postFilterMessage === '' ? message : `${message} ${postFilterMessage}`
}

function countReasons(rejections: Rejections, ofOthers: Rejection | undefined, nodeCount: number): readonly string[] {
  const counts = new Map<string, number>()
  const count = (reason: string, by: number): void => void counts.set(reason, (counts.get(reason) ?? 0) + by)
  for (const [{ reasons }, by] of rejections.counts()) for (const reason of reasons) count(reason, by)
  const others = nodeCount - rejections.size
  if (others > 0) for (const reason of ofOthers?.reasons ?? []) count(reason, others)
  return sortStrings([...counts].map(([reason, by]) => `${by} ${reason}`))
}

export function cutNote(message: string): string {
  return message.length <= noteLengthMax ? message : `${message.slice(0, noteLengthMax - 4)} ...`
}
