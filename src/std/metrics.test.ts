/** Prometheus' text: labels in order and escaped, buckets that add up, nothing for what was never counted. */
import { expect, test } from 'vitest'
import { Family, HistogramFamily } from './metrics.ts'

test('counters and gauges', () => {
  const requests = new Family('requests_total', 'counter', 'Requests.', ['code', 'verb'])
  expect(requests.text()).toBe('')
  requests.of('200', 'GET').value += 2
  requests.of('404', 'a"b\\c\n').value++
  expect(requests.text()).toBe(`# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{code="200",verb="GET"} 2
requests_total{code="404",verb="a\\"b\\\\c\\n"} 1
`)
  const up = new Family('up', 'gauge', 'Up.')
  up.of().value = 1
  expect(up.text()).toBe('# HELP up Up.\n# TYPE up gauge\nup 1\n')
})

test('histograms: a value on a bound belongs to it', () => {
  const sizes = new HistogramFamily('sizes', 'Sizes.', ['verb'], [10, 1e6])
  for (const size of [10, 11, 2e6]) sizes.of('GET').observe(size)
  expect(sizes.text()).toBe(`# HELP sizes Sizes.
# TYPE sizes histogram
sizes_bucket{verb="GET",le="10"} 1
sizes_bucket{verb="GET",le="1e+06"} 2
sizes_bucket{verb="GET",le="+Inf"} 3
sizes_sum{verb="GET"} 2000021
sizes_count{verb="GET"} 3
`)
})
