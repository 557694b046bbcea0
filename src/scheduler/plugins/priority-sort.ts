/**
 * PrioritySort: the order of the active queue, by priority and then by time of waiting. All profiles share one queue and so this
 * order; the comparison itself lies in queue.ts, where the heap is.
 */
import type { Plugin } from '../framework.ts'

export function prioritySort(): Plugin {
  return { name: 'PrioritySort' }
}
