import { Problem } from '../../core/problem.ts'

/** The variables of an env_file. A Problem with the line that is none. */
export function parseEnvFile(text: string, at = 'env_file'): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trim().replace(/^export\s+/, '')
    if (line === '' || line.startsWith('#')) continue
    const [, name, value = ''] = /^([^=\s]+)\s*=\s*(.*)$/.exec(line) ?? []
    // The line itself is not told: it may be a secret.
    if (name === undefined)
      throw new Problem('A line of the file is not NAME=value.', {
        at: `${at}:${index + 1}`,
        mend: 'Correct the line.',
      })
    found[name] = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value
  }
  return found
}
