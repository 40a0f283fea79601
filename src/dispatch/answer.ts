import type { Channel, LiveMessage, OutboundMessage } from '../core/channel.ts'
import { type Message, textOf, type UserMessage, userText } from '../core/message.ts'
import { Problem } from '../core/problem.ts'
import type { NewOutboxItem } from '../core/store.ts'
import type { CommandResult } from './commands/command.ts'
import { commandOf, type GivenCommand, obey } from './commands/commands.ts'
import { honest } from './honest.ts'
import { packOutbound } from './payload.ts'
import { pieces } from './pieces.ts'
import type { Desk, Ground, HeardMessage, TurnOutcome, TurnWatcher } from './ports.ts'
import { type Running, type Steered, Stop } from './running.ts'
import type { Work } from './work.ts'

/** How an answer reaches its person. */
export interface Delivery {
  /** What is shown while the answer is written. */
  live(work: Work, turn: string): Promise<LiveMessage>
  /** The outgoing messages of an answer, stored with the end of the turn. */
  outgoing(work: Work, turn: string, message: OutboundMessage): Promise<readonly NewOutboxItem[]>
  /** Called when they are stored. */
  deliver(
    work: Work,
    live: LiveMessage | undefined,
    message: OutboundMessage,
    items: readonly NewOutboxItem[],
  ): Promise<void>
  /** Called when the end of a turn is stored. */
  over?(turn: string): Promise<void>
}

/** Takes one message to its answer, and stores its end. Never throws for a turn that failed: the chat is told. */
export async function answer(running: Running, desk: Desk, ground: Ground, delivery: Delivery): Promise<void> {
  const { work } = running
  const given = work.resumes === undefined && work.cause === 'chat' ? commandOf(work.message) : undefined
  const { signal } = running.abort
  if (!given) return turn(running, work, await desk.disarm(work.session), desk, ground, delivery)
  const result = await carryOut(work, given, desk, signal)
  if (result.type === 'pass')
    return turn(
      running,
      { ...work, message: { ...work.message, text: result.text } },
      result.skills,
      desk,
      ground,
      delivery,
    )
  await say(work, { ...addressed(work), text: result.text }, ground, delivery)
}

/** What a command answers; why it cannot be done is an answer, too. */
async function carryOut(
  work: Work,
  given: GivenCommand,
  { services }: Desk,
  signal: AbortSignal,
): Promise<CommandResult> {
  const { from: sender, at } = work.message
  try {
    return await obey(given, { ...work, sender, at, services, signal })
  } catch (error) {
    return { type: 'reply', text: honest(error, signal).text }
  }
}

/** The control word that a message is: such a word waits for no lane. */
export function controlIn({ cause, message }: Pick<Work, 'cause' | 'message'>): GivenCommand | undefined {
  const given = cause === 'chat' ? commandOf(message) : undefined
  return given?.command.control ? given : undefined
}

/** Carries a control word out, whatever else runs. */
export async function obeyNow(
  work: Work,
  given: GivenCommand,
  desk: Desk,
  ground: Ground,
  delivery: Delivery,
): Promise<void> {
  const result = await carryOut(work, given, desk, new AbortController().signal)
  if (result.type === 'reply') await say(work, { ...addressed(work), text: result.text }, ground, delivery)
}

/** Says something that is no turn's answer; the messages it answers are done with. */
async function say(work: Work, message: OutboundMessage, ground: Ground, delivery: Delivery): Promise<void> {
  await ground.checkpoint('command-obeyed')
  const items = await delivery.outgoing(work, '', message)
  await ground.store.inbox.done(work.inbox, items)
  await ground.checkpoint('command-done')
  await delivery.deliver(work, undefined, message, items)
}

function addressed({ message: { id, at, due } }: Work): Pick<OutboundMessage, 'to' | 'replyTo' | 'job'> {
  if (!due) return { to: at, replyTo: id }
  return { to: at, ...(due.cause === 'cron' && { job: { name: due.name, run: id } }) }
}

async function turn(
  running: Running,
  work: Work,
  skills: readonly string[],
  desk: Desk,
  ground: Ground,
  delivery: Delivery,
): Promise<void> {
  const { signal } = running.abort
  const id = work.resumes ?? ground.newId()
  using _typing = work.cause === 'chat' ? work.channel.typing?.(work.message.at) : undefined
  const live = await delivery.live(work, id)
  const said = { text: '', begun: work.resumes !== undefined }
  const kept = journal(running, id, desk, ground, delivery)
  let end: End
  try {
    signal.throwIfAborted()
    const question = said.begun ? [] : await begin(running, work, id, desk, ground, delivery)
    said.begun = true
    running.turn = id
    const outcome = await desk.turn(
      { ...work, turn: id, resumed: work.resumes !== undefined, skills, question, ...kept },
      watcherOf(work, live, said, ground, delivery),
      signal,
    )
    await ground.checkpoint('turn-answered')
    end = finished(work, { ...outcome, silent: outcome.silent === true && kept.isForOne() })
  } catch (error) {
    if (parked(signal)) {
      await live.settle?.()
      return
    }
    end = broken(work, error, signal, said.text)
  }
  kept.giveBack()
  await conclude(work, said.begun ? id : undefined, live, end, desk, ground, delivery)
}

/** Stores the end together with what goes out, then sends it. `id` is undefined for a turn that never began. */
async function conclude(
  work: Work,
  id: string | undefined,
  live: LiveMessage,
  end: End,
  { ended = async () => undefined, rested }: Pick<Desk, 'ended' | 'rested'>,
  ground: Ground,
  delivery: Delivery,
): Promise<void> {
  const { store, clock, checkpoint } = ground
  const message = await lastWords(work, live, end, ground)
  const items = message ? await delivery.outgoing(work, id ?? '', message) : []
  await checkpoint('turn-packed')
  if (id === undefined) await store.inbox.done(work.inbox, items)
  else await store.turns.finish({ id, at: clock.now(), outbox: items, ...end.record })
  await checkpoint('turn-finished')
  if (id !== undefined) await delivery.over?.(id)
  await ended(work.message, end.record)
  await checkpoint('turn-told')
  if (message) await delivery.deliver(work, live, message, items)
  if (end.record.state === 'done') rested?.(work.session, work.agent)
}

/** What is said at the end, in the place of what was shown on the way. */
async function lastWords(
  { channel, message: { at } }: Work,
  live: LiveMessage,
  { message }: End,
  { log, checkpoint }: Ground,
): Promise<OutboundMessage | undefined> {
  const shown = await live.settle?.()
  await checkpoint('live-settled')
  if (shown === undefined) return message
  if (message) return { ...message, replaces: shown }
  // What becomes no answer does not stay. Should the process end now, the turn that is resumed removes it again.
  await channel.remove?.(at, shown).catch((error: unknown) => log.warn(String(error)))
  return undefined
}

/** Shows what a turn says; `said` holds the words so far. */
function watcherOf(
  work: Work,
  live: LiveMessage,
  said: { text: string },
  ground: Ground,
  delivery: Delivery,
): TurnWatcher {
  return {
    text(delta) {
      said.text += delta
      live.push(delta)
    },
    restart(why) {
      said.text = ''
      live.restart(why)
    },
    activity: (line) => live.activity?.(line),
    notice(text) {
      note(work, text, ground, delivery).catch((error: unknown) => ground.log.warn(String(error)))
    },
  }
}

/** The question, heard and stored. */
async function begin(
  running: Running,
  work: Work,
  id: string,
  desk: Desk,
  ground: Ground,
  delivery: Delivery,
): Promise<readonly UserMessage[]> {
  const { store, clock, checkpoint } = ground
  const heard = await desk.hear(work.message, work, running.abort.signal)
  await checkpoint('turn-heard')
  if (heard.messages.length === 0) throw new Problem(heard.trouble ?? 'Nothing was understood.')
  await tellHeard(work, heard, ground, delivery)
  await store.turns.begin({
    id,
    session: work.session,
    agent: work.agent,
    cause: work.cause,
    at: clock.now(),
    inbox: work.inbox,
    messages: heard.messages,
  })
  await checkpoint('turn-begun')
  return heard.messages
}

/** Shows what was understood of a voice note, and what was not. */
export async function tellHeard(
  work: Work,
  { echo, trouble }: HeardMessage,
  ground: Ground,
  delivery: Delivery,
): Promise<void> {
  // A former process that ended right here has said it.
  for (const [name, text] of Object.entries({ echo, trouble }))
    if (text !== undefined) await note(work, text, ground, delivery, `${name}:${work.inbox.join()}`)
}

/** A message beside the answer; one with a key is said once, whatever restarts. */
async function note(work: Work, text: string, ground: Ground, delivery: Delivery, key?: string): Promise<void> {
  const message = { ...addressed(work), text, ...(key !== undefined && { key }) }
  const items = await ground.store.outbox.add(await delivery.outgoing(work, '', message))
  await ground.checkpoint('note-stored')
  await delivery.deliver(work, undefined, message, items)
}

/** What the turn stores on its way, and what it hears on its way. */
function journal(
  running: Running,
  id: string,
  desk: Pick<Desk, 'answered'>,
  { store, clock, checkpoint }: Ground,
  delivery: Delivery,
) {
  const { session } = running.work
  const given = new Map<Message, Steered>()
  /** Messages that what is said next answers. */
  let asked = running.work.inbox.length
  const said = (messages: readonly Message[]): OutboundMessage => {
    const [answer] = messages.filter(({ role }) => role === 'assistant')
    return { ...addressed(running.work), text: answer ? textOf(answer) : '' }
  }
  /** A whole answer that stands before what arrived goes out together with the fact that it is in the log. */
  async function before(messages: readonly Message[]): Promise<readonly NewOutboxItem[]> {
    // A tool has answered what came before; what arrives now is still to be answered.
    const answered = desk.answered?.(id) === true && asked <= 1
    if (answered || said(messages).text.trim() === '') return []
    return delivery.outgoing(running.work, id, said(messages))
  }
  return {
    /** Steered messages go into the log together with the fact that their inbox rows are this turn's. */
    async append(messages: readonly Message[]) {
      const taken = new Set(messages.flatMap((message) => given.get(message) ?? []))
      const inbox = [...taken].flatMap(({ work }) => work.inbox)
      const outbox = inbox.length > 0 ? await before(messages) : []
      if (inbox.length > 0) await checkpoint('turn-joining')
      else await checkpoint('turn-journaling')
      if (inbox.length > 0) await store.turns.join({ id, at: clock.now(), inbox, messages, outbox })
      else await store.sessions.append(session, id, clock.now(), messages)
      for (const message of messages) given.delete(message)
      asked = inbox.length + (said(messages).text.trim() === '' || inbox.length === 0 ? asked : 0)
      await checkpoint(`turn-step-${messages.at(-1)?.role ?? 'none'}`)
      if (outbox.length > 0) await delivery.deliver(running.work, undefined, said(messages), outbox)
    },
    steering(): readonly UserMessage[] {
      const [next] = running.steered.splice(0, 1)
      if (!next) return []
      for (const message of next.messages) given.set(message, next)
      return next.messages
    },
    /** A tool that wrote to the chat has answered one message for sure, but not each of several. */
    isForOne: () => asked <= 1,
    /** Messages that the turn was given and did not take in wait again. */
    giveBack() {
      running.steered.unshift(...new Set(given.values()))
    },
  }
}

interface End {
  readonly record: {
    readonly state: 'done' | 'failed' | 'stopped'
    readonly messages: readonly Message[]
    readonly report?: string
    readonly trouble?: string
  }
  /** Undefined when nothing is to be said. */
  readonly message?: OutboundMessage
}

function finished(work: Work, { messages, text, report, silent }: TurnOutcome): End {
  return {
    record: { state: 'done', messages, report: JSON.stringify(report) },
    ...(silent !== true && { message: { ...addressed(work), text, report } }),
  }
}

function broken(work: Work, error: unknown, signal: AbortSignal, said: string): End {
  const { text, trouble } = honest(error, signal)
  const record = signal.aborted
    ? { state: 'stopped' as const, messages: [leftOff], trouble: text }
    : { state: 'failed' as const, messages: [], trouble: text }
  const byCommand = signal.reason instanceof Stop && signal.reason.kind === 'stopped'
  if (!byCommand) return { record, message: { ...addressed(work), text, trouble } }
  // Whoever stopped it is told by the command; only what was shown so far is marked.
  const shown = said.trim()
  return shown === ''
    ? { record }
    : { record, message: { ...addressed(work), text: `${shown}\n\n(Stopped.)`, trouble } }
}

/** Without it the next question would bring up the one that was stopped. */
export const leftOff = userText('[I stopped you here. Leave this, unless I ask for it again.]')

const parked = (signal: AbortSignal) => signal.reason instanceof Stop && signal.reason.kind === 'parked'

/** The outgoing rows of a message. */
export async function rowsOf(
  {
    channel,
    session,
  }: { readonly channel: Pick<Channel, 'name' | 'limits' | 'split' | 'captions'>; readonly session: string },
  turn: string,
  message: OutboundMessage,
  { store, clock, newId }: Ground,
): Promise<readonly NewOutboxItem[]> {
  return Promise.all(
    pieces(channel, message).map(async ({ key, ...piece }, index) => ({
      id: key === undefined ? newId() : index === 0 ? key : `${key}/${index}`,
      channel: channel.name,
      chat: message.to.chat,
      session,
      ...(turn !== '' && { turn }),
      at: clock.now(),
      payload: await packOutbound(piece, store.blobs),
    })),
  )
}
