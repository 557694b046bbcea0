/**
 * Counters, gauges and histograms in Prometheus' text format. A family has a name, label names and one series for each set of label
 * values; whoever counts often keeps the series and adds to it, so that a hot path does no look-up.
 *
 *     const requests = new Family('requests_total', 'counter', 'Requests.', ['verb'])
 *     requests.of('GET').value++
 *     const seconds = new HistogramFamily('seconds', 'Time.', ['verb'], [0.1, 1])
 *     seconds.of('GET').observe(0.2)
 */

export class Series {
  value = 0
}

export class Family {
  readonly name: string
  readonly #type: 'counter' | 'gauge'
  readonly #help: string
  readonly #labels: readonly string[]
  readonly #series = new Map<string, Series>()

  constructor(name: string, type: 'counter' | 'gauge', help: string, labels: readonly string[] = []) {
    this.name = name
    this.#type = type
    this.#help = help
    this.#labels = labels
  }

  of(...values: readonly string[]): Series {
    const key = labelText(this.#labels, values)
    let series = this.#series.get(key)
    if (series === undefined) this.#series.set(key, (series = new Series()))
    return series
  }

  text(): string {
    const lines = [...this.#series].map(([labels, { value }]) => `${this.name}${braced(labels)} ${value}`)
    return family(this.name, this.#type, this.#help, lines)
  }
}

export class Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = new Array<number>(bounds.length + 1).fill(0)
  }

  observe(value: number): void {
    let bucket = 0
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] as number)) bucket++
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1
    this.#sum += value
  }

  lines(name: string, labels: string): string[] {
    let count = 0
    const prefix = labels === '' ? '' : `${labels},`
    const lines = this.#counts.map((more, bucket) => {
      count += more
      return `${name}_bucket{${prefix}le="${boundText(this.#bounds[bucket])}"} ${count}`
    })
    return [...lines, `${name}_sum${braced(labels)} ${this.#sum}`, `${name}_count${braced(labels)} ${count}`]
  }
}

export class HistogramFamily {
  readonly name: string
  readonly #help: string
  readonly #labels: readonly string[]
  readonly #bounds: readonly number[]
  readonly #series = new Map<string, Histogram>()

  constructor(name: string, help: string, labels: readonly string[], bounds: readonly number[]) {
    this.name = name
    this.#help = help
    this.#labels = labels
    this.#bounds = bounds
  }

  of(...values: readonly string[]): Histogram {
    const key = labelText(this.#labels, values)
    let series = this.#series.get(key)
    if (series === undefined) this.#series.set(key, (series = new Histogram(this.#bounds)))
    return series
  }

  text(): string {
    const lines = [...this.#series].flatMap(([labels, series]) => series.lines(this.name, labels))
    return family(this.name, 'histogram', this.#help, lines)
  }
}

/** A family of which nothing has been counted yet is not shown. */
function family(name: string, type: string, help: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`
}

/** In the order of their names, as Prometheus' clients print them. */
function labelText(names: readonly string[], values: readonly string[]): string {
  return names
    .map((name, i) => `${name}="${(values[i] ?? '').replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`))}"`)
    .join(',')
}

const braced = (labels: string): string => (labels === '' ? '' : `{${labels}}`)

/** As Go prints numbers: 1e+06, but 100000; 1e-05, but 0.0001. */
function boundText(bound: number | undefined): string {
  if (bound === undefined) return '+Inf'
  if (bound > 0 && bound < 1e-4) return bound.toExponential().replace(/e-(\d)$/, 'e-0$1')
  return bound >= 1e6 && Number.isInteger(Math.log10(bound)) ? `1e+${String(Math.log10(bound)).padStart(2, '0')}` : String(bound)
}
