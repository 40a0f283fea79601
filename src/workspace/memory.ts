import { dirname, join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { ensureFolder, writeAtomic } from '../kit/atomic-file.ts'
import { Lanes } from '../kit/lanes.ts'
import { resolveInside } from '../kit/path-inside.ts'
import { timeText, type Zone } from '../kit/zone.ts'
import { lastDays } from './days.ts'
import type { Fact, MemoryBook, NewFact } from './ports.ts'
import { appendInside, readInside } from './read-inside.ts'

/** Days whose notes count as recent. */
export const recentDays = 3
const longTerm = 'memory/MEMORY.md'

/** The memory of the workspace at `root`. Changes of one process happen one after another. */
export function memoryBook(root: string, clock: Clock, zone: Zone): MemoryBook {
  const lanes = new Lanes()
  const files = () => [longTerm, ...lastDays(zone, clock.now(), recentDays).map(({ file }) => file)]
  const facts = async () => (await Promise.all(files().map((file) => factsOf(root, file)))).flat()
  return {
    facts,
    remember: (fact) => lanes.run('memory', () => remember(root, zone, clock.now(), fact)),
    forget: (words) =>
      lanes.run('memory', async () => {
        const wanted = sameness(words)
        const found = (await facts()).filter(({ text }) => wanted !== '' && sameness(text).includes(wanted))
        for (const file of new Set(found.map((fact) => fact.file))) await removeLines(root, file, found)
        return found
      }),
  }
}

async function remember(root: string, zone: Zone, now: number, fact: NewFact): Promise<boolean> {
  const [today] = lastDays(zone, now, 1)
  const words = oneLine(fact.text)
  if (!today || words === '') return false
  const daily = fact.where === 'today'
  const file = daily ? today.file : longTerm
  const known = await factsOf(root, file)
  if (known.some(({ text }) => sameness(wordsOf(text)) === sameness(words))) return false
  const path = await resolveInside(root, file)
  await ensureFolder(dirname(path))
  const before = (await readInside(root, path)) ?? ''
  const head = before === '' ? (daily ? `# ${today.name}\n\n` : '') : before.endsWith('\n') ? '' : '\n'
  await appendInside(root, path, `${head}- ${daily ? timeText(zone, now) : today.name}${originOf(fact)}: ${words}\n`)
  return true
}

function originOf({ from = '' }: NewFact): string {
  const origin = oneLine(from).replaceAll(/[()]/g, '').slice(0, 80).toWellFormed()
  return origin === '' ? '' : ` (${origin})`
}

/** The lines of a file that state something: no titles, no comments. */
async function factsOf(root: string, file: string): Promise<readonly Fact[]> {
  const text = (await readInside(root, join(root, file))) ?? ''
  const bare = text.replaceAll(/<!--[^]*?-->/g, (comment) => comment.replaceAll(/[^\n]/g, ''))
  return bare.split('\n').flatMap((line, index) => {
    const stated = line.trim()
    return stated === '' || stated.startsWith('#') ? [] : [{ file, line: index + 1, text: stated }]
  })
}

async function removeLines(root: string, file: string, facts: readonly Fact[]): Promise<void> {
  const path = join(root, file)
  const lines = ((await readInside(root, path)) ?? '').split('\n')
  const gone = new Set(facts.filter((fact) => fact.file === file).map(({ line }) => line))
  await writeAtomic(path, lines.filter((_, index) => !gone.has(index + 1)).join('\n'))
}

/** The words of a line that `remember` wrote, without date and origin. */
const wordsOf = (line: string): string =>
  line.replace(/^[-*] +/, '').replace(/^(?:\d{4}-\d{2}-\d{2}|\d{2}:\d{2})(?: \([^)]*\))?: /, '')

const sameness = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^[\s.!]+|[\s.!]+$/g, '')

/** On one line, with nothing that would hide it or look like a part of the file's own. */
const oneLine = (text: string): string =>
  text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll('<!--', '< !--')
    .trim()
