import { createHash } from 'node:crypto'
import { type JobTimes, nextRun } from './times.ts'

/** Everything below this line is tasks; without it the whole file is. */
const marker = 'Add your heartbeat tasks below this line:'

/** One task of HEARTBEAT.md. */
export interface HeartbeatTask {
  /** The same as long as the text is the same. */
  readonly id: string
  readonly text: string
  /** When it repeats; absent: done once. */
  readonly times?: JobTimes
}

/**
 * The tasks of a HEARTBEAT.md. A task is a line that is not blank, no heading and no comment, with the indented lines that follow it. What
 * stands before its colon may tell when it is due: `every 2h:`, `daily 09:00:`, `weekdays 18:30:`, `mon,thu 08:00:`, `2026-12-24 10:00:`.
 */
export function heartbeatTasks(text: string, momentOf: MomentOf): readonly HeartbeatTask[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replaceAll(/<!--[^]*?-->/g, '')
    .split(/\r?\n/)
  const start = lines.findIndex((line) => line.trim() === marker)
  const blocks: string[] = []
  for (const line of lines.slice(start + 1)) {
    const bare = line.trim()
    if (bare === '' || bare.startsWith('#') || /^[-*+]$/.test(bare)) continue
    if (/^\s/.test(line) && blocks.length > 0) blocks.push(`${blocks.pop()}\n${line.trimEnd()}`)
    else blocks.push(bare)
  }
  return blocks.map((block) => task(block, momentOf))
}

function task(block: string, momentOf: MomentOf): HeartbeatTask {
  const text = block.replace(/^[-*+]\s+(?:\[.\]\s+)?/, '')
  const id = shortHash(text)
  const times = timesOf(text, momentOf)
  return { id, text, ...(times && { times }) }
}

/** A name for a text: the same text, the same name. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

const spans: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const days = '(?:mon|tue|wed|thu|fri|sat|sun)'
const everyPattern = /^every\s+(\d{1,4})\s*(m|h|d)(?:in(?:ute)?s?|ours?|ays?)?\s*:/i
const clockPattern = new RegExp(
  `^(daily|weekdays|weekends|${days}(?:\\s*,\\s*${days})*)\\s+(\\d{1,2}):(\\d\\d)\\s*:`,
  'i',
)
const datePattern = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)\s*:/

type MomentOf = (date: string, time: string) => number | undefined

function timesOf(text: string, momentOf: MomentOf): JobTimes | undefined {
  return interval(text) ?? clockTime(text) ?? date(text, momentOf)
}

function interval(text: string): JobTimes | undefined {
  const [, count, unit = ''] = everyPattern.exec(text) ?? []
  if (count === undefined) return undefined
  return { kind: 'every', everyMs: Math.max(1, Number(count)) * (spans[unit.toLowerCase()] ?? 0) }
}

function clockTime(text: string): JobTimes | undefined {
  const [, which = '', hour, minute] = clockPattern.exec(text) ?? []
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59) return undefined
  return { kind: 'cron', expr: `${Number(minute)} ${Number(hour)} * * ${weekdays(which.toLowerCase())}` }
}

function date(text: string, momentOf: MomentOf): JobTimes | undefined {
  const [, day, time] = datePattern.exec(text) ?? []
  const atMs = day === undefined || time === undefined ? undefined : momentOf(day, time)
  return atMs === undefined ? undefined : { kind: 'at', atMs }
}

function weekdays(which: string): string {
  if (which === 'daily') return '*'
  if (which === 'weekdays') return '1-5'
  return which === 'weekends' ? '0,6' : which.replaceAll(/\s/g, '')
}

/** When each task was last handed to the model, or first seen, by its id. */
export type TaskTimes = Readonly<Record<string, number>>

/**
 * The tasks that are due, and the times of all that are in the file, as they are before those are handed over. A task without a time is due
 * when it is new; one with a time counts from when it was first seen.
 */
export async function dueTasks(
  tasks: readonly HeartbeatTask[],
  known: TaskTimes,
  now: number,
  zone: string,
): Promise<{ readonly due: readonly HeartbeatTask[]; readonly seen: TaskTimes }> {
  const due: HeartbeatTask[] = []
  const seen: Record<string, number> = {}
  for (const task of tasks) {
    const last = Object.hasOwn(known, task.id) ? known[task.id] : undefined
    const isDue = task.times === undefined ? last === undefined : await isTimeDue(task.times, last, now, zone)
    if (isDue) due.push(task)
    if (last !== undefined) seen[task.id] = last
    else if (!isDue) seen[task.id] = now
  }
  return { due, seen }
}

async function isTimeDue(times: JobTimes, last: number | undefined, now: number, zone: string): Promise<boolean> {
  // A moment is due once, also when it was written down after it.
  if (times.kind === 'at') return times.atMs <= now && (last === undefined || last < times.atMs)
  if (last === undefined) return false
  const next = await nextRun(times, last, zone)
  return next !== undefined && next <= now
}
