/** Reads the part of Prometheus' text format that our own services write. */

type Labels = Readonly<Record<string, string>>
type Sample = { readonly name: string; readonly labels: Labels; readonly value: number }

export type MetricValues = {
  /** The sum of the samples with this name whose labels pass, or undefined when there are none. */
  sum(name: string, passes?: (labels: Labels) => boolean): number | undefined
  /** A label of the first sample with this name. */
  label(name: string, label: string): string | undefined
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

export function readMetrics(text: string): MetricValues {
  const samples = text.split('\n').flatMap((line) => sampleIn(line) ?? [])
  return {
    sum(name, passes = () => true) {
      const found = samples.filter((sample) => sample.name === name && passes(sample.labels))
      return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
    },
    label: (name, label) => samples.find((sample) => sample.name === name)?.labels[label],
  }
}

function sampleIn(line: string): Sample | undefined {
  const [, name, labels = '', value] = SAMPLE.exec(line) ?? []
  if (name === undefined || Number.isNaN(Number(value))) return undefined
  return {
    name,
    value: Number(value),
    labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, key, text]) => [key!, text!])),
  }
}
