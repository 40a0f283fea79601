import { Problem } from '../../src/core/problem.ts'
import { environment } from '../../src/config/environment.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Warning } from '../../src/config/warning.ts'

export interface Edit {
  readonly offset: number
  /** Characters taken out. */
  readonly cut: number
  /** Text put in. */
  readonly add: string
}

/** What people mistype: a letter, a sign of JSON, a line end, more or less of it. */
const pieces = ['', ...Array.from('{}[]",:;/\\\'x1 -.$\n\t'), 'é', 'true', '"a"', ',,', '}}']

/** The edit that a number stands for; equal numbers, equal edits. */
export function editOf(text: string, random: () => number): Edit {
  const offset = Math.floor(random() * (text.length + 1))
  const add = pieces[Math.floor(random() * pieces.length)] ?? ''
  return { offset, cut: add === '' || random() < 0.5 ? 1 : 0, add }
}

export function applied(text: string, { offset, cut, add }: Edit): string {
  return text.slice(0, offset) + add + text.slice(offset + cut)
}

const lineOf = (text: string, offset: number) => text.slice(0, offset).split('\n').length

const place = environment({ PICOCLAW_HOME: '/nowhere', HOME: '/nowhere' })

async function warningsOf(text: string): Promise<readonly Warning[]> {
  return (await loadConfig(place, { text })).warnings
}

/** What a warning is about. */
const subject = ({ text }: Warning) => text.slice(0, 24)

/** The warnings that a text gives before it is edited. */
export async function usualWarnings(text: string): Promise<ReadonlySet<string>> {
  return new Set((await warningsOf(text)).map(subject))
}

/** Loads an edited text. What is wrong with how it was told, or undefined when all is well. */
export async function judge(text: string, edit: Edit, usual: ReadonlySet<string>): Promise<string | undefined> {
  const edited = applied(text, edit)
  const line = lineOf(text, edit.offset)
  try {
    const told = (await warningsOf(edited)).filter((warning) => !usual.has(subject(warning)))
    const far = told.find(({ at }) => Math.abs(Number(/:(\d+):\d+$/.exec(at)?.[1] ?? line) - line) > 1)
    return far && `a warning at ${far.at} for an edit at line ${line}: ${far.text}`
  } catch (error) {
    if (!(error instanceof Problem)) return `it broke: ${String(error)}`
    const told = Number(/:(\d+):\d+$/.exec(error.detail.at ?? '')?.[1])
    return Math.abs(told - line) <= 1 ? undefined : `${error.detail.at} for an edit at line ${line}: ${error.message}`
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
