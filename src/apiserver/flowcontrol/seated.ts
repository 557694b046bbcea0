/**
 * The stage of a request in which it finds a seat. One that is answered in the same breath only passes by; one that takes its time holds its seat
 * until the answer is made or, when it is made while it is sent, until it is sent. A watch gives its seat back as soon as it runs.
 */
import type { HttpResponse } from '../../wire/http.ts'
import { mastersGroup } from '../authn/user.ts'
import { runsForLong } from '../request/deadline.ts'
import { answer } from '../response/respond.ts'
import type { Answer } from '../route.ts'
import type { RequestContext } from '../server-parts.ts'
import type { Classified, FlowControl } from './flow-control.ts'
import type { Seat } from './priority-level.ts'

export function seated(context: RequestContext, run: (context: RequestContext) => Answer): Answer {
  const { server, info, user } = context
  const { flows } = server
  // A watch takes a seat for its beginning.
  if (runsForLong(info) && (info.verb !== 'watch' || flows === undefined)) return run(context)
  if (flows === undefined) return inFlight(context, run)
  const flow = flows.classify(user, info)
  context.flow = flow
  const seats = flows.seatsOf(context, flow)
  return flow.level.admits(seats) ? admitted(context, flow, seats, run) : waiting(context, flows, flow, seats, run)
}

/** Without priority and fairness. */
function inFlight(context: RequestContext, run: (context: RequestContext) => Answer): Answer {
  const { inFlight } = context.server
  const level = inFlight.of(context.info.verb)
  if (!level.admits(1)) return context.user.groups.includes(mastersGroup) ? run(context) : tooMany(context, 1)
  const response = run(context)
  if (!(response instanceof Promise))
    return typeof response.body === 'function' ? untilSent(context, level.take(1, inFlight.counters), response) : response
  const seat = level.take(1, inFlight.counters)
  return response.then(
    (done) => untilSent(context, seat, done),
    (error: unknown) => {
      seat.leave()
      throw error
    },
  )
}

function admitted(context: RequestContext, flow: Classified, seats: number, run: (context: RequestContext) => Answer): Answer {
  const { series, level } = flow
  series.dispatched.value++
  if (!level.config.isExempt) series.waited.observe(0)
  const response = run(context)
  if (response instanceof Promise) return held(context, flow, level.take(seats, series.counters), response)
  if (typeof response.body === 'function' && context.info.verb !== 'watch')
    return untilSent(context, level.take(seats, series.counters), response)
  level.pass(seats)
  series.executed(context.info.verb, 0)
  return response
}

async function waiting(
  context: RequestContext,
  flows: FlowControl,
  flow: Classified,
  seats: number,
  run: (context: RequestContext) => Answer,
): Promise<HttpResponse> {
  const seat = await flows.wait(context.http.signal, flow, seats)
  if (typeof seat === 'string') return tooMany(context, flows.turnedAway(flow))
  flow.series.dispatched.value++
  return held(context, flow, seat, (async () => run(context))())
}

async function held(context: RequestContext, { series }: Classified, seat: Seat, running: Promise<HttpResponse>): Promise<HttpResponse> {
  const { clock } = context.server
  const beganMs = clock.monotonicMs()
  try {
    const response = await running
    if (typeof response.body === 'function' && context.info.verb !== 'watch') return untilSent(context, seat, response)
    seat.leave()
    return response
  } catch (error) {
    seat.leave()
    throw error
  } finally {
    series.executed(context.info.verb, (clock.monotonicMs() - beganMs) / 1000)
  }
}

/** Nobody may read the answer, or not to its end, or for ever: the seat is free then too. */
function untilSent({ http, server }: RequestContext, seat: Seat, response: HttpResponse): HttpResponse {
  const { body } = response
  if (http.method === 'HEAD' || http.signal.aborted || typeof body !== 'function') {
    seat.leave()
    return response
  }
  const timer = server.clock.after(server.flags.requestTimeoutMs, () => seat.leave())
  const over = (): void => {
    timer.cancel()
    seat.leave()
  }
  http.signal.addEventListener('abort', over, { once: true })
  return {
    ...response,
    body: async (sink) => {
      try {
        await body(sink)
      } finally {
        http.signal.removeEventListener('abort', over)
        over()
      }
    },
  }
}

function tooMany(context: RequestContext, retryAfterSeconds: number): HttpResponse {
  const response = answer(context, 429, 'text/plain; charset=utf-8', 'Too many requests, please try again later.\n')
  return { ...response, headers: { ...response.headers, 'retry-after': String(retryAfterSeconds), 'x-content-type-options': 'nosniff' } }
}
