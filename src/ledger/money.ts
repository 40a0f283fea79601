/** Micro-dollars as people read them: `$1.20`, `$0.0043`, `$0`, `less than $0.0001`. */
export function dollars(micros: number): string {
  const value = Math.abs(micros) / 1_000_000
  if (micros !== 0 && value < 0.0001) return 'less than $0.0001'
  const text = value === 0 ? '0' : value >= 0.1 ? value.toFixed(2) : value.toFixed(4)
  return `${micros < 0 ? '-' : ''}$${text}`
}

/** Dollars as the configuration has them, in micro-dollars. */
export function micros(amount: number): number {
  return Math.round(amount * 1_000_000)
}

/** `1,234`, the same on every machine. */
export function grouped(value: number): string {
  return String(Math.round(value)).replaceAll(/(?<=\d)(?=(?:\d{3})+$)/g, ',')
}
