import { readFile } from 'node:fs/promises'
import { ensureFolder, writeAtomic } from '../kit/atomic-file.ts'
import { dirname } from 'node:path'

/** The lines typed at the prompt, newest first, kept from one conversation to the next. */
export interface PromptHistory {
  load(): Promise<readonly string[]>
  save(lines: readonly string[]): void
  /** Resolves when everything saved is on the disk. */
  settled(): Promise<void>
}

/** Kept in `file`, one JSON string a line, each as `clean` leaves it, mode 0600. A file that cannot be read or written costs the history, nothing else. */
export function promptHistory(file: string, clean: (line: string) => string): PromptHistory {
  let writing: Promise<void> = Promise.resolve()
  return {
    async load() {
      const text = await readFile(file, 'utf8').catch(() => '')
      return text.split('\n').flatMap((line) => {
        try {
          const entry: unknown = JSON.parse(line)
          return typeof entry === 'string' ? [entry] : []
        } catch {
          return []
        }
      })
    },
    save(lines) {
      const text = lines.map((line) => `${JSON.stringify(clean(line))}\n`).join('')
      writing = writing
        .then(() => ensureFolder(dirname(file)))
        .then(() => writeAtomic(file, text))
        .catch(() => undefined)
    },
    settled: () => writing,
  }
}
