import type { InboundMessage } from '../core/channel.ts'
import { isJsonObject } from '../core/json.ts'
import { minuteText, readWall } from '../kit/zone.ts'
import { dueTasks, heartbeatTasks, shortHash, type HeartbeatTask, type TaskTimes } from './heartbeat-file.ts'
import type { HeartbeatParts } from './ports.ts'

/** What the model answers when there is nothing to say. */
const heartbeatOk = 'HEARTBEAT_OK'

const note = 'schedule/heartbeat'
const idPrefix = 'heartbeat:'
/** The first look after a start. */
const firstMs = 1_000
/** Switching it off is seen within this. */
const rereadMs = 15_000
const leastMinutes = 5

export interface Heartbeat {
  /** Looks from time to time until `signal` ends it. */
  run(signal: AbortSignal): Promise<void>
  /** One look: true when the model is asked for something. */
  beat(): Promise<boolean>
}

/** Looks at HEARTBEAT.md by itself; only what is new or due in it becomes a message to the agent. */
export function heartbeat(parts: HeartbeatParts): Heartbeat {
  const { clock, log, notes, zone } = parts
  const momentOf = (date: string, time: string) => {
    const wall = readWall(`${date} ${time}`)
    return wall && zone.moment(wall)
  }

  async function beat(): Promise<boolean> {
    const text = await parts.readFile()
    if (text === undefined) return false
    const now = clock.now()
    const { count, ...known } = readState(await notes.get(note))
    const { due, seen } = await dueTasks(heartbeatTasks(text, momentOf), known, now, zone.name)
    if (JSON.stringify(seen) !== JSON.stringify(known)) await notes.put(note, { ...seen, count })
    if (due.length === 0) return false
    const [to] = await parts.ownerChats()
    if (!to) {
      log.info('A heartbeat task is due, and there is no chat to answer to yet.', { tasks: due.length })
      return false
    }
    if (await isUnderWay(to.channel)) {
      log.info('A heartbeat is left out: an earlier one still waits or runs.', { tasks: due.length })
      return false
    }
    // The same in every process that looks at the same file with the same memory of it; another when a task is written down again.
    const id = `${idPrefix}${count}:${shortHash(due.map((task) => task.id).join(','))}`
    const message: InboundMessage = {
      id,
      from: { id: 'heartbeat', name: 'the heartbeat' },
      at: to,
      kind: 'direct',
      text: heartbeatPrompt(due, minuteText(zone, now)),
      attachments: [],
      addressed: true,
      due: { cause: 'heartbeat', name: 'heartbeat', role: 'owner' },
    }
    const item = { id: parts.newId(), channel: to.channel, platformId: id, at: now, ...(await parts.stored(message)) }
    const added = await parts.inbox.add(item)
    await notes.put(note, { ...seen, ...Object.fromEntries(due.map((task) => [task.id, now])), count: count + 1 })
    if (added) parts.arrived?.(item)
    return added
  }

  /** One on another channel, which may be off for good, stops none on this. */
  async function isUnderWay(channel: string): Promise<boolean> {
    const open = await parts.inbox.open()
    return open.some((item) => item.channel === channel && item.platformId.startsWith(idPrefix))
  }

  return {
    beat,
    async run(signal) {
      let next = clock.now() + firstMs
      while (!signal.aborted) {
        const wait = Math.min(rereadMs, Math.max(0, next - clock.now()))
        await clock.sleep(wait, signal).catch(() => undefined)
        const { enabled, minutes } = parts.settings()
        const everyMs = Math.max(leastMinutes, minutes) * 60_000
        // Neither a clock that was set back nor a shorter interval waits for the old time.
        next = Math.min(next, clock.now() + everyMs)
        if (signal.aborted || clock.now() < next) continue
        next = clock.now() + everyMs
        if (!enabled) continue
        await beat().catch((error: unknown) =>
          log.error('HEARTBEAT.md could not be looked at.', {
            error: error instanceof Error ? error.message : String(error),
          }),
        )
      }
    },
  }
}

/** What the agent is told. */
function heartbeatPrompt(due: readonly HeartbeatTask[], now: string): string {
  const list = due.map(({ text }) => `- ${text}`).join('\n')
  return `# Heartbeat

Current time: ${now}

These tasks of HEARTBEAT.md are new or due. Do them now, and only them:

${list}

Tell the user what is worth knowing. When there is nothing to tell, respond ONLY with: ${heartbeatOk}`
}

/** What of an answer to a heartbeat is sent to people; undefined when it says that there is nothing to tell. */
export function heartbeatAnswer(text: string): string | undefined {
  const rest = text.replaceAll(/[*_`"']*HEARTBEAT_OK\b[*_`"']*[.!]?/g, '').trim()
  return rest === '' ? undefined : rest
}

/** What is remembered from look to look: how often tasks were handed over, beside the times of each. */
type Memory = TaskTimes & { readonly count: number }

function readState(value: unknown): Memory {
  const entries = Object.entries(isJsonObject(value) ? value : {})
  const numbers = entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  return { count: 0, ...Object.fromEntries(numbers) }
}
