import type { Io } from './io.ts'

/** One command of the command line. */
export interface Command {
  /** Shown by `help NAME` and `NAME --help`. */
  readonly usage: string
  /** Resolves to the exit code. A Problem thrown is told to the user with its own exit code. */
  run(args: readonly string[], io: Io): Promise<number>
}
