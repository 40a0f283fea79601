import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { silent } from '../../src/core/log.ts'
import { textOf } from '../../src/core/message.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { openStore } from '../../src/store/open.ts'
import type { FakeTelegram } from '../fakes/telegram/server.ts'
import { doubted, followUps, type People, type Said } from './people.ts'
import type { ScriptedVendor } from './vendor.ts'

/** What a run found. Each breach is a sentence. */
export interface Verdict {
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly silent: readonly string[]
  /** Messages that may not have arrived, which was said. */
  readonly uncertain: number
}

interface Facts {
  readonly fake: FakeTelegram
  readonly vendor: ScriptedVendor
  readonly people: People
  readonly home: string
}

/** Holds what the people said against the log, the requests, the chats and the traces of tools. The process has ended. */
export async function judge({ fake, vendor, people, home }: Facts): Promise<Verdict> {
  const breaches = { lost: [] as string[], doubled: [] as string[], silent: [] as string[] }
  const store = openStore(join(home, 'picoclaw.db'), { clock: systemClock, log: silent })
  try {
    const questions = await questionsOf(store)
    const trace = (await readFile(join(home, 'workspace', 'trace.txt'), 'utf8').catch(() => '')).split('\n')
    for (const item of people.said) {
      const name = `${item.mark} (${item.kind})`
      for (const [kind, why] of breachesOf(item, { fake, vendor, questions, trace }))
        breaches[kind].push(`${name}: ${why}`)
    }
    for (const { mark, kind } of people.unanswered) breaches.silent.push(`${mark} (${kind}): nothing was said in time`)
    for (const item of await store.inbox.open()) breaches.lost.push(`${item.platformId} waits in the inbox for nobody`)
    for (const { id } of await store.turns.list({ state: 'running' })) breaches.lost.push(`the turn ${id} never ended`)
    for (const { id, state } of await store.outbox.open()) breaches.silent.push(`${id} is ${state} for ever`)
    for (const { platformId } of await store.inbox.aside()) breaches.lost.push(`${platformId} was set aside`)
    for (const { name } of await store.notes.list('spawned:')) breaches.silent.push(`${name} was told to nobody`)
    for (const why of halves(fake)) breaches.doubled.push(why)
    const uncertain = await store.outbox.list({ state: 'uncertain', limit: 10_000 })
    const doubts = uncertain.filter(({ id }) => !id.endsWith(':doubt'))
    for (const { chat, note } of doubts)
      if (!doubted(fake, Number(chat), 0) && !doubted(fake, Number(chat) + 1_000, 0))
        if (!uncertain.some((other) => other.id.endsWith(':doubt') && other.chat === chat))
          breaches.silent.push(`chat ${chat} was not told: ${note}`)
    // A beginning whose sending was cut off by the kill is as uncertain as an answer.
    const beginnings = fake.shown.filter(({ text }) => text.includes('unfinished beginning')).length
    return { ...breaches, uncertain: doubts.length + beginnings }
  } finally {
    await store.close()
  }
}

type Breach = readonly [kind: 'lost' | 'doubled' | 'silent', why: string]

/** How often a question stands in the logs, and the turns it belongs to. */
async function questionsOf({ sessions }: ReturnType<typeof openStore>) {
  const found = new Map<string, { times: number; readonly turns: Set<string> }>()
  for (const { key } of await sessions.list({ limit: 1_000 }))
    for (const { message, turn } of await sessions.read(key)) {
      if (message.role !== 'user') continue
      for (const [mark] of textOf(message).matchAll(/\bT\d+n\d+_[a-z]+\b/g)) {
        const known = found.get(mark) ?? { times: 0, turns: new Set() }
        known.times += 1
        known.turns.add(turn)
        found.set(mark, known)
      }
    }
  return found
}

function breachesOf(
  item: Said,
  around: Pick<Facts, 'fake' | 'vendor'> & {
    readonly questions: Awaited<ReturnType<typeof questionsOf>>
    readonly trace: readonly string[]
  },
): readonly Breach[] {
  const { fake } = around
  const { chat, id, kind } = item
  const doubt = doubted(fake, chat, id) || doubted(fake, chat + 1_000, id)
  if (kind === 'command') {
    const replies = fake.shown.filter(({ replyTo }) => replyTo === id).length
    if (replies > 1) return [['doubled', `${replies} answers`]]
    return replies === 1 || doubt ? [] : [['silent', 'no answer']]
  }
  return [...heardOnce(item, around), ...answeredOnce(item, around, doubt), ...doneOnce(item, around)]
}

/** It stands in the log once, and the model saw it. */
function heardOnce({ mark }: Said, { vendor, questions }: Parameters<typeof breachesOf>[1]): readonly Breach[] {
  const asked = questions.get(mark)
  if (!asked) return [['lost', 'it is in no log']]
  if (asked.times > 1 || asked.turns.size > 1) return [['doubled', `${asked.times} times in ${asked.turns.size} turns`]]
  return vendor.saw.has(mark) ? [] : [['lost', 'the model never saw it']]
}

/** Its answer stands in the chat once, or it was said there that it may not have come. */
function answeredOnce(
  { mark, kind, chat, id }: Said,
  { fake }: Parameters<typeof breachesOf>[1],
  doubt: boolean,
): readonly Breach[] {
  // What an owner is asked for is shown word for word.
  const answers = fake.shown.filter(({ text }) => !text.includes('/approve '))
  const times = (what: string) => answers.filter(({ text }) => text.includes(`${what}[${mark}]`)).length
  const [begun, ended, sent] = [times('B'), times('R'), times('M')]
  // An answer to what arrived meanwhile names what was answered before, too.
  const alone = answers.some(({ text }) => text.includes(`R[${mark}]`) && text.split('R[').length === 2)
  const half = fake.shown.some(
    (shown) => shown.chat === chat && shown.id > id && shown.text.includes('unfinished beginning'),
  )
  const breaches: Breach[] = []
  if ((ended > 1 && !half && !doubt) || sent > 1)
    breaches.push(['doubled', `${ended} answers, ${sent} messages of the tool`])
  if (begun > 1 && !half && !doubt) breaches.push(['doubled', `${begun} beginnings of its answer`])
  if ((kind === 'message' || kind === 'both') && alone && sent > 0)
    breaches.push(['doubled', 'the tool answered, and the turn again'])
  if (ended + sent === 0 && !doubt) breaches.push(['silent', 'no answer'])
  return breaches
}

/** What its tools did was done once, or the model knows that it may not have been. */
function doneOnce(item: Said, { fake, vendor, trace }: Parameters<typeof breachesOf>[1]): readonly Breach[] {
  const { mark, kind } = item
  const breaches: Breach[] = []
  const done = trace.filter((line) => line === mark).length
  if (done > 1) breaches.push(['doubled', `its tool ran ${done} times`])
  if (done === 0 && (kind === 'append' || kind === 'both' || kind === 'exec') && !vendor.told.has(mark))
    breaches.push(['silent', 'its tool did not run, and the model was not told'])
  for (const { marks } of followUps(item, vendor, fake)) {
    const ends = marks.map((end) => fake.shown.filter(({ text }) => text.includes(end)).length)
    const sum = ends.reduce((left, right) => left + right, 0)
    if (sum > 1) breaches.push(['doubled', `its sequel came ${sum} times`])
    if (sum === 0) breaches.push(['silent', 'its sequel never came'])
  }
  return breaches
}

/** Messages that were shown half and never became an answer, where nobody said so. */
function halves({ shown }: FakeTelegram): readonly string[] {
  return shown
    .filter(({ text }) => /B\[|🔧/u.test(text) && !/R\[/.test(text))
    .filter(
      ({ chat, id }) =>
        !shown.some((other) => other.chat === chat && other.id > id && other.text.includes('unfinished beginning')),
    )
    .map(({ chat, text }) => `a half message stands in chat ${chat}: ${text.slice(0, 60)}`)
}
