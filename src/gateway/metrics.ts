import type { Metric } from './ports.ts'

const prefix = 'picoclaw_'

/** Figures in the text format that Prometheus reads (version 0.0.4). */
export function metricsText(metrics: readonly Metric[]): string {
  return metrics
    .map(({ name, help, type, values }) => {
      const lines = values.map(({ labels = {}, value }) => `${prefix}${name}${labelsOf(labels)} ${value}`)
      return [`# HELP ${prefix}${name} ${help}`, `# TYPE ${prefix}${name} ${type}`, ...lines].join('\n')
    })
    .map((block) => `${block}\n`)
    .join('')
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const list = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`)
  return list.length === 0 ? '' : `{${list.join(',')}}`
}

const escaped = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
