import type { ModelEntry } from './entry.ts'

/** All rows of one name, in the order of the file. They take turns. */
export interface Pool {
  readonly name: string
  readonly entries: readonly ModelEntry[]
}
