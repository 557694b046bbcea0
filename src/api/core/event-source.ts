/**
 * Who reported an event.
 */
import { field, type Infer, string, struct } from '../../apimachinery/schema/schema.ts'

export interface EventSource extends Infer<typeof eventSource> {}
export const eventSource = struct('core.v1.EventSource', {
  component: field(1, string).optional(),
  host: field(2, string).optional(),
})
