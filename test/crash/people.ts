import type { FakeTelegram } from '../fakes/telegram/server.ts'
import type { ScriptedVendor } from './vendor.ts'

/** A message that a person sent. */
export interface Said {
  /** Stands in its text, and in what the model answers; for a command its name. */
  readonly mark: string
  readonly kind: string
  readonly chat: number
  /** The platform's id. */
  readonly id: number
}

/** The people of a run: each writes in a chat of their own, and the next time when they were answered. */
export interface People {
  readonly said: readonly Said[]
  /** Messages that nobody answered in time. */
  readonly unanswered: readonly Said[]
  /** Everybody writes so many messages in all; resolves when all are answered or given up. */
  wave(messages: number): Promise<void>
  /** To be called when the platform shows something new. */
  look(): void
}

/** So long an answer is waited for that may not have been the one in doubt. */
const graceMs = 5_000
/** So long a message may stay unanswered on a busy machine, restarts included. */
const patienceMs = 60_000
const perRound = [
  'short',
  'append',
  'message',
  'command',
  'long',
  'burst',
  'both',
  'steer',
  'slow',
  'exec',
  'spawn',
  'cron',
  'moved',
] as const
const sizes: Readonly<Partial<Record<string, number>>> = { burst: 3, steer: 2 }

/** Chats with these numbers belong to people; 30 more for those whose chats move. */
export const firstChat = 2_000
const firstMoving = 4_000

export function people(fake: FakeTelegram, vendor: ScriptedVendor, count: number): People {
  const said: Said[] = []
  const unanswered: Said[] = []
  const looks = new Set<() => void>()
  const approved = new Set<string>()
  let waves = 0
  let moving = 0

  for (let person = 0; person < count; person += 1) addChat(firstChat + person)

  function addChat(id: number): void {
    fake.state.chats.set(id, { id, type: 'private', first_name: `Person ${id}` })
  }

  function say(chat: number, mark: string, kind: string, text = `Please answer ${mark}`): Said {
    const from = { id: chat, is_bot: false, first_name: `Person ${chat}` }
    const { message_id: id } = fake.say(text, { from }, chat)
    const item = { mark, kind, chat, id: Number(id) }
    said.push(item)
    return item
  }

  const until = (holds: () => boolean, ms = patienceMs) =>
    new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => end(false), ms)
      const look = () => {
        if (holds()) end(true)
      }
      const end = (value: boolean) => {
        clearTimeout(timer)
        looks.delete(look)
        resolve(value)
      }
      looks.add(look)
      look()
    })

  async function answered(items: readonly Said[]): Promise<void> {
    for (const item of items) {
      const doubt = () => doubted(fake, item.chat, item.id) || doubted(fake, item.chat + 1_000, item.id)
      if (!(await until(() => isAnswered(item, fake) || doubt()))) unanswered.push(item)
      else await until(() => isAnswered(item, fake), graceMs)
    }
  }

  /** One person's next message, or messages that belong together. */
  async function exchange(chat: number, kind: string, mark: (n?: number) => string): Promise<void> {
    if (kind === 'command') return answered([say(chat, mark(), kind, '/help')])
    if (kind === 'burst') return answered([0, 1, 2].map((n) => say(chat, mark(n), 'short')))
    if (kind === 'moved') {
      const from = firstMoving + (moving += 1)
      addChat(from)
      addChat(from + 1_000)
      const item = say(from, mark(), 'short')
      const old = fake.state.chats.get(from)
      if (old) old.movedTo = from + 1_000
      return answered([item])
    }
    if (kind === 'steer') {
      const first = say(chat, mark(0), 'slow')
      await until(() => vendor.saw.has(first.mark))
      return answered([first, say(chat, mark(1), 'short')])
    }
    return answered([say(chat, mark(), kind)])
  }

  /** An owner allows what is asked for, once. */
  function approve(): void {
    for (const { chat, text } of fake.shown) {
      const [, code] = /\/approve (\w+) once/.exec(text) ?? []
      if (code === undefined || approved.has(code)) continue
      approved.add(code)
      say(chat, `approve-${code}`, 'command', `/approve ${code}`)
    }
  }

  return {
    said,
    unanswered,
    async wave(messages) {
      const wave = (waves += 1)
      let left = messages
      let turn = 0
      const next = (): string | undefined => {
        const kind = perRound[(turn += 1) % perRound.length] ?? 'short'
        const fits = (sizes[kind] ?? 1) <= left ? kind : 'short'
        if (left <= 0) return undefined
        left -= sizes[fits] ?? 1
        return fits
      }
      let marks = 0
      await Promise.all(
        Array.from({ length: count }, async (_, person) => {
          for (let kind = next(); kind !== undefined; kind = next()) {
            const number = (marks += 1)
            const suffix = kind === 'burst' || kind === 'moved' || kind === 'command' ? 'short' : kind
            await exchange(firstChat + person, kind, (n = 0) =>
              kind === 'steer'
                ? `T${wave}n${number * 10 + n}_${n === 0 ? 'slow' : 'short'}`
                : `T${wave}n${number * 10 + n}_${suffix}`,
            )
          }
        }),
      )
      // What sub-agents and reminders say comes later.
      const later = said
        .filter(({ mark }) => mark.startsWith(`T${wave}n`))
        .flatMap((item) => followUps(item, vendor, fake))
      for (const { item, marks: ends } of later)
        if (!(await until(() => ends.some((end) => shows(fake, end)) || doubted(fake, item.chat, item.id))))
          unanswered.push(item)
      // So does the answer to an approval.
      await answered(said.filter(({ mark }) => mark.startsWith('approve-')))
    },
    look() {
      approve()
      for (const look of looks) look()
    },
  }
}

const shows = (fake: FakeTelegram, text: string): boolean => fake.shown.some((shown) => shown.text.includes(text))
export const doubted = (fake: FakeTelegram, chat: number, after: number): boolean =>
  fake.shown.some((shown) => shown.chat === chat && shown.id > after && shown.text.includes('may not have arrived'))

/** True when the answer stands in the chat, or why there is none. */
function isAnswered({ mark, kind, id }: Said, fake: FakeTelegram): boolean {
  if (kind === 'command') return fake.shown.some((shown) => shown.replyTo === id)
  if (shows(fake, `R[${mark}]`) || shows(fake, `M[${mark}]`)) return true
  return fake.shown.some((shown) => shown.replyTo === id && /set aside|interrupted before|went wrong/.test(shown.text))
}

/** What comes after the answer: one of these is shown. */
export function followUps(item: Said, vendor: ScriptedVendor, fake: FakeTelegram) {
  const { mark, kind } = item
  if (kind !== 'spawn' && kind !== 'cron') return []
  // What was interrupted before it began has no sequel that could be waited for.
  if (vendor.told.has(mark) || doubted(fake, item.chat, item.id)) return []
  const rest = mark.slice(1)
  return [{ item, marks: kind === 'spawn' ? [`R[Z${rest}]`, `R[S${rest}]`] : [`R[C${rest}]`] }]
}
