import { Problem } from '../../core/problem.ts'

/** SQLite's codes that a person can mend, without their extension. */
const troubles: Readonly<Record<number, { readonly what: string; readonly mend: string }>> = {
  5: {
    what: 'is held by another process',
    mend: 'Try again; if it stays so, end other picoclaw processes that hang.',
  },
  8: {
    what: 'cannot be written',
    mend: 'Make the file and its folder writable, or name another home in PICOCLAW_HOME.',
  },
  10: { what: 'could not be read or written', mend: 'See whether the disk is full or damaged.' },
  11: { what: 'is damaged', mend: 'Restart picoclaw; keep a copy of the file, or move it away to begin a new one.' },
  13: {
    what: 'could not be written, because the disk is full; nothing was stored',
    mend: 'Free some space, then try again.',
  },
  14: { what: 'cannot be opened', mend: 'Make the folder writable, or name another home in PICOCLAW_HOME.' },
  26: { what: 'is no database', mend: 'Restart picoclaw: it sets the file aside and begins a new one.' },
}

/** What SQLite threw, for people. Anything else is as it was. */
export function explained(error: unknown, file: string): unknown {
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
    return new Problem('The disk is full; nothing was stored.', {
      at: file,
      mend: troubles[13]?.mend ?? '',
      cause: error,
    })
  const trouble = error instanceof Error && 'errcode' in error ? troubles[Number(error.errcode) & 0xff] : undefined
  return trouble
    ? new Problem(`The database ${file} ${trouble.what}.`, { at: file, mend: trouble.mend, cause: error })
    : error
}
